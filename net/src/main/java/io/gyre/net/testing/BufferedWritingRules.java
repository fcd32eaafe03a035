package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.Arrays;

/** Buffered writes: collected bytes are sent automatically, in order, and are never lost silently. */
abstract class BufferedWritingRules extends WritingRules {
    @StreamRule
    void bufferedBytesAreSentWhenTheTaskParks() throws Exception {
        connected((left, right) -> {
            assertDoesNotSuspend(() -> {
                left.writeBuffered(utf8("ab"));
                left.writeBuffered(utf8("cd"));
            });

            assertText("abcd", right.readExactly(4));
        });
    }

    @StreamRule
    void bufferedBytesAreSentWhenTheTaskEnds() throws Exception {
        connected((left, right) -> {
            createTask(() -> left.writeBuffered(utf8("abcd"))).await();

            assertText("abcd", right.readExactly(4));
        });
    }

    @StreamRule
    void bufferedBytesAreCopiedOfBuffersOfAllKinds() throws Exception {
        connected((left, right) -> {
            for (GuardedBuffer guarded : GuardedBuffer.ofAllKindsWith(utf8("abcd"))) {
                left.writeBuffered(guarded.buffer());
                guarded.requireMoved(4);
                guarded.requireContent(utf8("abcd"));
                guarded.whole().put(0, new byte[guarded.whole().capacity()]);

                assertText("abcd", right.readExactly(4));
            }
        });
    }

    @StreamRule
    void bufferedBytesOfASlowPeerArriveInTheBackgroundAndInOrder() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            for (int i = 0; i < 100; i++) {
                left.writeBuffered(KnownBytes.range(sent + 100L * i, 100));
                if (i % 10 == 0) {
                    awaitAllTasksParked();
                }
            }

            assertKnown(right, sent + 10_000);
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void writeGoesBehindWhatIsStillBuffered() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            left.writeBuffered(KnownBytes.range(sent, 1000));
            awaitAllTasksParked();
            Task<?> sender = createTask(() -> {
                left.write(KnownBytes.range(sent + 1000, 1000));
                left.write(ByteBuffer.wrap(KnownBytes.range(sent + 2000, 1000)), ByteBuffer.allocate(0));
            });

            assertKnown(right, sent + 3000);
            sender.await();
        });
    }

    @StreamRule
    void flushReturnsWhenAllIsSent() throws Exception {
        connected((left, right) -> {
            left.flush();
            int sent = Flood.into(left).stop();
            left.writeBuffered(KnownBytes.range(sent, 1000));
            Task<?> flush = createTask(() -> left.flush());
            awaitAllTasksParked();
            assertEquals(!has(Trait.BACK_PRESSURE), flush.isDone(), "whether flush has returned before the peer reads");

            assertKnown(right, sent + 1000);
            flush.await();
        });
    }

    @StreamRule
    void writerOfBufferedBytesIsHeldBackWhileThePeerDoesNotRead() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            byte[] more = KnownBytes.range(sent, 1 << 20);
            ByteBuffer buffer = ByteBuffer.wrap(more);
            Task<?> writer = createTask(() -> left.writeBuffered(buffer));
            awaitAllTasksParked();
            assertEquals(!has(Trait.BACK_PRESSURE), writer.isDone(), "whether the writer was not held back");
            if (has(Trait.BACK_PRESSURE)) {
                assertTrue(buffer.position() < more.length / 2, "buffered " + buffer.position() + " bytes");
            }

            assertKnown(right, sent + more.length);
            writer.await();
        });
    }

    // ---- the end

    @StreamRule
    void closeSendsWhatIsBuffered() throws Exception {
        connected((left, right) -> {
            Task<?> sender = createTask(() -> {
                left.writeBuffered(utf8("abcd"));
                left.close();
            });

            assertText("abcd", right.readAll(100));
            sender.await();
        });
    }

    @StreamRule
    void closeOutputSendsWhatIsBuffered() throws Exception {
        connected((left, right) -> {
            Task<?> sender = createTask(() -> {
                left.writeBuffered(utf8("abcd"));
                left.closeOutput();
            });

            assertText("abcd", right.readAll(100));
            sender.await();
        });
    }

    @StreamRule
    void closeWaitsForASlowPeer() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            left.writeBuffered(KnownBytes.range(sent, 1000));
            Task<?> closing = createTask(() -> left.close());
            awaitAllTasksParked();
            assertEquals(
                    !has(Trait.BACK_PRESSURE), closing.isDone(), "whether close has returned before the peer reads");

            assertArrayEquals(KnownBytes.of(sent + 1000), right.readAll(PLENTY));
            closing.await();
        });
    }

    @StreamRule
    void closeInACancelledTaskSendsWhatIsBuffered() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            Task<?> closing = createTask(() -> {
                left.writeBuffered(KnownBytes.range(sent, 1000));
                currentTask().cancel("before it closes");
                left.close();
            });

            assertArrayEquals(KnownBytes.of(sent + 1000), right.readAll(PLENTY));
            closing.cancelAndJoin("it is cancelled already");
        });
    }

    // ---- failures

    /** Leaves bytes behind that can no longer be sent, and lets the background flush fail. */
    private static void loseInTheBackground(ByteStream left, ByteStream right) throws IOException {
        Flood.into(left).stop();
        left.writeBuffered(KnownBytes.of(1000));
        awaitAllTasksParked();
        right.abort();
        awaitAllTasksParked();
    }

    @StreamRule
    void failureToSendInTheBackgroundIsThrownByTheNextCall() throws Exception {
        connected((left, right) -> {
            loseInTheBackground(left, right);
            ByteBuffer buffer = ByteBuffer.allocate(10);

            if (has(Trait.BACK_PRESSURE)) {
                assertThrows(IOException.class, () -> left.write(buffer));
                assertThrows(IOException.class, () -> left.writeBuffered(buffer));
                assertThrows(IOException.class, () -> left.flush());
                assertEquals(0, buffer.position(), "what was taken of a buffer by calls that failed");
            }
        });
    }

    @StreamRule
    void failureToSendInTheBackgroundIsThrownByCloseAndItClosesAllTheSame() throws Exception {
        connected((left, right) -> {
            loseInTheBackground(left, right);

            if (has(Trait.BACK_PRESSURE)) {
                assertThrows(IOException.class, left::close);
            }

            left.close();
            assertEquals(false, left.isOpen());
        });
    }

    @StreamRule
    void failureToSendWhileItClosesIsThrownByClose() throws Exception {
        connected((left, right) -> {
            Flood.into(left).stop();
            left.writeBuffered(KnownBytes.of(1000));
            awaitAllTasksParked();
            Task<?> closing = createTask(() -> left.close());
            awaitAllTasksParked();

            right.abort();

            if (has(Trait.BACK_PRESSURE)) {
                failure(IOException.class, closing);
            } else {
                closing.await();
            }
        });
    }

    @StreamRule
    void flushOfAStreamThatIsClosedMeanwhileFails() throws Exception {
        connected((left, right) -> {
            Flood.into(left).stop();
            left.writeBuffered(KnownBytes.of(1000));
            awaitAllTasksParked();
            Task<?> flush = createTask(() -> left.flush());
            awaitAllTasksParked();

            left.abort();

            if (has(Trait.BACK_PRESSURE)) {
                failure(AsynchronousCloseException.class, flush);
            }
        });
    }

    @StreamRule
    void manySmallBufferedPiecesMakeNoManySmallReads() throws Exception {
        connected((left, right) -> {
            byte[] all = KnownBytes.of(1000);
            Task<?> writer = createTask(() -> {
                for (byte each : all) {
                    left.writeBuffered(new byte[] {each});
                }
            });
            writer.await();
            ByteBuffer buffer = ByteBuffer.allocate(2000);
            int reads = 0;
            while (buffer.position() < all.length) {
                right.read(buffer);
                reads++;
            }

            assertArrayEquals(all, Arrays.copyOf(buffer.array(), all.length));
            assertTrue(reads < 100, "1,000 pieces of one byte came in " + reads + " reads");
        });
    }
}
