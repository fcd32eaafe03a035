package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.IncompleteReadException;
import io.gyre.net.LimitExceededException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.Optional;

/** Reads: which bytes, how many, and the end. */
abstract class ReadingRules extends StreamRules {
    private static final int[] SIZES = {0, 1, 15, 4096, 65_536, 1 << 20};

    @StreamRule
    void bytesOfEverySizeArriveInOrderInBothDirectionsAtOnce() throws Exception {
        for (int size : SIZES) {
            connected((left, right) -> {
                byte[] forth = KnownBytes.of(size);
                byte[] back = KnownBytes.range(size, size);
                Task<?> there = sending(left, forth);
                Task<?> here = sending(right, back);
                Task<byte[]> answer = createTask(() -> left.readExactly(size));

                assertArrayEquals(forth, right.readExactly(size));
                assertArrayEquals(back, answer.await());
                there.await();
                here.await();
            });
        }
    }

    // ---- read

    @StreamRule
    void readTakesWhatIsThereAndDoesNotWaitForMore() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, "hello");
            awaitAllTasksParked();
            ByteBuffer buffer = ByteBuffer.allocate(100);
            for (int total = 0; total < 5; ) {
                int count = right.read(buffer);
                assertTrue(count >= 1, "a read returned " + count);
                total += count;
                assertEquals(total, buffer.position());
            }

            assertText("hello", Arrays.copyOf(buffer.array(), buffer.position()));
            sender.await();
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void readWaitsForTheFirstByteAndSaysSo() throws Exception {
        connected((left, right) -> {
            Task<Integer> reader = reading(right);
            awaitAllTasksParked();
            assertNotNull(reader.waitsFor());

            Task<?> sender = sending(left, "x");

            assertEquals(1, reader.await());
            sender.await();
        });
    }

    @StreamRule
    void readIntoABufferWithoutRoomReturnsZero() throws Exception {
        connected((left, right) -> assertEquals(0, right.read(ByteBuffer.allocate(0))));
    }

    @StreamRule
    void readFillsBuffersOfAllKindsAndTouchesNothingAroundThem() throws Exception {
        connected((left, right) -> {
            for (GuardedBuffer guarded : GuardedBuffer.ofAllKinds(10)) {
                Task<?> sender = sending(left, "abc");
                int count = right.read(guarded.buffer());
                guarded.requireMoved(count);
                right.readExactly(guarded.buffer().limit(guarded.buffer().position() + 3 - count));
                guarded.buffer().limit(guarded.buffer().limit() + 7);

                guarded.requireMoved(3);
                guarded.requireContent(utf8("abc"));
                sender.await();
            }
        });
    }

    @StreamRule
    void readIntoAReadOnlyBufferIsRefusedAndTakesNothing() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, "abc");
            awaitAllTasksParked();

            for (ByteBuffer buffer : new ByteBuffer[] {ByteBuffer.allocate(3), ByteBuffer.allocateDirect(3)}) {
                ByteBuffer readOnly = buffer.asReadOnlyBuffer();
                assertThrows(ReadOnlyBufferException.class, () -> right.read(readOnly));
                assertThrows(ReadOnlyBufferException.class, () -> right.readExactly(readOnly));
            }
            assertText("abc", right.readExactly(3));
            sender.await();
        });
    }

    @StreamRule
    void smallReadsSplitWhatWasWrittenAtOnce() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, KnownBytes.of(100));
            byte[] received = new byte[100];

            for (int i = 0; i < 100; i++) {
                assertEquals(1, right.read(ByteBuffer.wrap(received, i, 1)));
            }

            assertArrayEquals(KnownBytes.of(100), received);
            sender.await();
        });
    }

    // ---- readExactly

    @StreamRule
    void readExactlyCollectsWhatComesInPieces() throws Exception {
        connected((left, right) -> {
            Task<byte[]> reader = createTask(() -> right.readExactly(6));
            for (String piece : new String[] {"a", "bc", "def"}) {
                sending(left, piece).await();
                awaitAllTasksParked();
            }

            assertText("abcdef", reader.await());
        });
    }

    @StreamRule
    void readExactlyFillsBuffersOfAllKindsAndTouchesNothingAroundThem() throws Exception {
        connected((left, right) -> {
            for (GuardedBuffer guarded : GuardedBuffer.ofAllKinds(5000)) {
                Task<?> sender = sending(left, KnownBytes.of(5000));

                right.readExactly(guarded.buffer());

                guarded.requireMoved(5000);
                guarded.requireContent(KnownBytes.of(5000));
                sender.await();
            }
        });
    }

    @StreamRule
    void readExactlyOfNothingDoesNotWait() throws Exception {
        connected((left, right) -> {
            assertEquals(0, assertDoesNotSuspend(() -> right.readExactly(0)).length);
            right.readExactly(ByteBuffer.allocate(0));
        });
    }

    @StreamRule
    void readExactlyBeforeTheEndKeepsTheBytesForTheNextRead() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "abc");

            var incomplete = assertThrows(IncompleteReadException.class, () -> right.readExactly(5));

            assertEquals(3, incomplete.received());
            assertEquals(5, incomplete.expected().orElseThrow());
            assertText("abc", right.readExactly(3));
            assertEnd(right);
            sender.await();
        });
    }

    @StreamRule
    void readExactlyBeforeTheEndLeavesTheBytesInTheBuffer() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "abc");
            ByteBuffer buffer = ByteBuffer.allocate(5);

            var incomplete = assertThrows(IncompleteReadException.class, () -> right.readExactly(buffer));

            assertEquals(3, incomplete.received());
            assertEquals(3, buffer.position());
            assertEnd(right);
            sender.await();
        });
    }

    // ---- readAll

    @StreamRule
    void readAllTakesEverythingUpToTheEnd() throws Exception {
        connected((left, right) -> {
            Task<?> sender = createTask(() -> {
                left.write(KnownBytes.of(100_000));
                left.write(KnownBytes.range(100_000, 100_000));
                left.closeOutput();
            });

            assertArrayEquals(KnownBytes.of(200_000), right.readAll(200_000));
            assertEquals(0, right.readAll(0).length);
            sender.await();
        });
    }

    @StreamRule
    void readAllOfMoreThanTheLimitConsumesNothing() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "abcdef");

            assertThrows(LimitExceededException.class, () -> right.readAll(5));
            assertText("abcdef", right.readAll(6));
            sender.await();
        });
    }

    // ---- peek

    @StreamRule
    void peekConsumesNothing() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "abcdef");

            assertText("ab", right.peek(2));
            assertText("abcd", right.peek(4));
            assertText("", right.peek(0));
            assertText("abcdef", right.readExactly(6));
            sender.await();
        });
    }

    @StreamRule
    void peekWaitsUntilThereAreSoManyBytesAndIsShortAtTheEndOnly() throws Exception {
        connected((left, right) -> {
            Task<byte[]> peek = createTask(() -> right.peek(4));
            sending(left, "ab").await();
            awaitAllTasksParked();
            assertTrue(!peek.isDone(), "peek(4) has returned after two bytes");
            Task<?> sender = sendingAll(left, "cd");

            assertText("abcd", peek.await());
            assertText("abcd", right.peek(100));
            assertText("abcd", right.readAll(100));
            assertText("", right.peek(1));
            sender.await();
        });
    }

    // ---- combinations

    @StreamRule
    void readsOfAllKindsTakeTurns() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "line\r\nexact|until|peek,rest");

            assertEquals(Optional.of("line"), right.readLine(100));
            assertText("ex", right.readExactly(2));
            assertText("act|", right.readUntil(100, utf8("|")));
            assertText("until|pe", right.peek(8));
            ByteBuffer buffer = ByteBuffer.allocate(6);
            right.readExactly(buffer);
            assertText("until|", buffer.array());
            assertText("peek,", right.readUntil(100, utf8(";"), utf8(",")));
            assertEquals(1, right.read(ByteBuffer.allocate(1)));
            assertText("est", right.readAll(3));
            sender.await();
        });
    }

    @StreamRule
    void endOfTheStreamStaysTheEndForEveryCall() throws Exception {
        connected((left, right) -> {
            left.closeOutput();

            for (int i = 0; i < 3; i++) {
                assertEnd(right);
                assertEquals(Optional.empty(), right.readLine(100));
                assertEquals(0, right.readAll(100).length);
                assertEquals(0, right.peek(10).length);
                assertThrows(IncompleteReadException.class, () -> right.readExactly(1));
                assertThrows(IncompleteReadException.class, () -> right.readExactly(ByteBuffer.allocate(1)));
                assertThrows(IncompleteReadException.class, () -> right.readUntil(100, utf8("\n")));
            }
        });
    }

    @StreamRule
    void readerThatIsNeverKeptWaitingLetsOthersRun() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sending(left, KnownBytes.of(2000));
            awaitAllTasksParked();
            int[] turns = {0};
            Task<?> other = createTask(() -> countTurns(turns));

            readOneByOne(right, 2000);

            assertTrue(turns[0] > 2, "another task had " + turns[0] + " turns while 2,000 bytes were read");
            other.cancelAndJoin("that was enough");
            sender.await();
        });
    }

    private static void countTurns(int[] turns) {
        for (; ; ) {
            turns[0]++;
            yieldNow();
        }
    }

    private static void readOneByOne(ByteStream stream, int count) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        for (int i = 0; i < count; i++) {
            stream.readExactly(one.clear());
        }
    }
}
