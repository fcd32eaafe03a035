package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.Task;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Unbuffered writes: which bytes of which buffers are sent, and when a writer suspends. */
abstract class WritingRules extends SeparatorRules {
    @StreamRule
    void writeTakesBuffersOfAllKindsAsTheyAre() throws Exception {
        byte[] content = KnownBytes.of(5000);
        connected((left, right) -> {
            for (GuardedBuffer guarded : GuardedBuffer.ofAllKindsWith(content)) {
                Task<?> sender = createTask(() -> left.write(guarded.buffer()));

                assertArrayEquals(content, right.readExactly(content.length), guarded.kind());
                sender.await();
                guarded.requireMoved(content.length);
                guarded.requireContent(content);
            }
        });
    }

    @StreamRule
    void writeOfNothingSendsNothing() throws Exception {
        connected((left, right) -> {
            left.write(new byte[0]);
            left.write(ByteBuffer.allocate(0));
            left.write(ByteBuffer.allocate(0), ByteBuffer.allocateDirect(0));
            left.write(new ByteBuffer[0]);

            assertNothingToRead(right);
        });
    }

    @StreamRule
    void gatheringWriteKeepsTheOrderWithEmptyBuffersInBetween() throws Exception {
        connected((left, right) -> {
            ByteBuffer[] buffers = {
                ByteBuffer.allocate(0),
                ByteBuffer.wrap(utf8("heap ")),
                ByteBuffer.allocateDirect(0),
                ByteBuffer.allocateDirect(7).put(utf8("direct ")).flip(),
                ByteBuffer.allocate(0),
                ByteBuffer.wrap(utf8("read-only")).asReadOnlyBuffer(),
                ByteBuffer.allocate(0)
            };
            Task<?> sender = createTask(() -> left.write(buffers));

            assertText("heap direct read-only", right.readExactly(21));
            sender.await();
            for (ByteBuffer buffer : buffers) {
                assertEquals(buffer.limit(), buffer.position());
            }
        });
    }

    @StreamRule
    void gatheringWriteTakesMoreBuffersThanASystemCallDoes() throws Exception {
        connected((left, right) -> {
            for (boolean direct : new boolean[] {true, false}) {
                var buffers = new ArrayList<ByteBuffer>();
                for (int i = 0; i < 3000; i++) {
                    byte[] piece = KnownBytes.range(i * 100L, 100);
                    buffers.add((direct ? ByteBuffer.allocateDirect(100) : ByteBuffer.allocate(100))
                            .put(piece)
                            .flip());
                }
                Task<?> sender = createTask(() -> left.write(buffers.toArray(ByteBuffer[]::new)));

                assertKnown(right, 300_000);
                sender.await();
            }
        });
    }

    @StreamRule
    void writesOfAllKindsKeepTheirOrder() throws Exception {
        connected((left, right) -> {
            Task<?> sender = createTask(() -> {
                long place = 0;
                for (int i = 0; i < 200; i++) {
                    byte[] piece = KnownBytes.range(place, 7 * i);
                    place += piece.length;
                    switch (i % 4) {
                        case 0 -> left.write(piece);
                        case 1 -> left.writeBuffered(piece);
                        case 2 -> left.write(ByteBuffer.wrap(piece, 0, i), ByteBuffer.wrap(piece, i, 6 * i));
                        default -> left.writeBuffered(ByteBuffer.wrap(piece));
                    }
                }
                left.closeOutput();
            });

            assertArrayEquals(KnownBytes.of(7 * 199 * 200 / 2), right.readAll(PLENTY));
            sender.await();
        });
    }

    // ---- back-pressure

    @StreamRule
    void writerIsHeldBackWhileThePeerDoesNotReadAndNothingIsLost() throws Exception {
        connected((left, right) -> {
            Flood flood = Flood.into(left);
            assertEquals(!has(Trait.BACK_PRESSURE), flood.task().isDone(), "whether the writer was not held back");
            assertTrue(flood.sent() < Flood.LIMIT_BYTES || !has(Trait.BACK_PRESSURE));
            if (has(Trait.BACK_PRESSURE)) {
                assertNotNull(flood.task().waitsFor());
            }

            int first = flood.sent() + (1 << 20);
            assertKnown(right, first);
            awaitAllTasksParked();
            int sent = flood.stop();

            assertArrayEquals(KnownBytes.range(first, sent - first), right.readExactly(sent - first));
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void gatheringWriteIsHeldBackLikeAnyOther() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            List<ByteBuffer> pieces = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                pieces.add(ByteBuffer.wrap(KnownBytes.range(sent + i * 1000L, 1000)));
            }
            Task<?> sender = createTask(() -> left.write(pieces.toArray(ByteBuffer[]::new)));
            awaitAllTasksParked();
            assertEquals(!has(Trait.BACK_PRESSURE), sender.isDone(), "whether the write was not held back");

            assertKnown(right, sent + 300_000);
            sender.await();
        });
    }

    @StreamRule
    void writerWhosePeerIsAsFastLetsOthersRun() throws Exception {
        connected((left, right) -> {
            int[] turns = {0};
            Task<?> other = createTask(() -> {
                for (; ; ) {
                    turns[0]++;
                    yieldNow();
                }
            });
            Task<?> reader = createTask(() -> {
                for (int place = 0; place < 4 << 20; place += 1 << 16) {
                    assertArrayEquals(KnownBytes.range(place, 1 << 16), right.readExactly(1 << 16));
                }
            });

            sending(left, KnownBytes.of(4 << 20)).await();

            reader.await();
            assertTrue(turns[0] > 2, "another task had " + turns[0] + " turns while 4 MiB were written");
            other.cancelAndJoin("that was enough");
        });
    }
}
