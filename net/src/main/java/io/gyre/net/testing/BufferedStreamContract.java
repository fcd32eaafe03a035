package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.BufferedStream;
import io.gyre.net.ByteStream;
import io.gyre.net.StreamStatistics;
import io.gyre.net.WireLog;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What every {@link BufferedStream} must do: {@link ByteStreamContract}, plus the features of that class: watermarks,
 * the idle time-out, counts and the wire log.
 */
public abstract class BufferedStreamContract extends ByteStreamContract {
    /** For subclasses. */
    protected BufferedStreamContract() {}

    @Override
    protected abstract StreamPair<? extends BufferedStream> open() throws Exception;

    private interface BufferedRule {
        void check(BufferedStream left, BufferedStream right) throws Exception;
    }

    private void buffered(BufferedRule rule) throws Exception {
        connected((left, right) -> rule.check((BufferedStream) left, (BufferedStream) right));
    }

    // ---- watermarks

    @StreamRule
    void writerOfBufferedBytesIsHeldBackAboveTheHighWatermarkUntilTheLowOne() throws Exception {
        buffered((left, right) -> {
            int sent = Flood.into(left).stop();
            left.setWatermarks(1000, 3000);
            left.writeBuffered(KnownBytes.range(sent, 3000));
            Task<?> writer = createTask(() -> left.writeBuffered(KnownBytes.range(sent + 3000, 1)));
            awaitAllTasksParked();
            boolean isHeldBack = !writer.isDone();

            assertKnown(right, sent + 3001);
            writer.await();
            assertEquals(has(Trait.BACK_PRESSURE), isHeldBack);
            assertEquals(0, left.statistics().bytesBehind());
        });
    }

    @StreamRule
    void watermarksOfOneHeightAreKept() throws Exception {
        for (int height : new int[] {0, 1000, 128 * 1024}) {
            buffered((left, right) -> {
                left.setWatermarks(height, height);
                Task<?> writer = createTask(() -> {
                    left.writeBuffered(KnownBytes.of(1_000_000));
                    assertTrue(left.statistics().bytesBehind() <= height);
                });

                assertKnown(right, 1_000_000);
                writer.await();
            });
        }
    }

    @StreamRule
    void watermarksThatAreNoneAreRefused() throws Exception {
        buffered((left, right) -> {
            assertThrows(IllegalArgumentException.class, () -> left.setWatermarks(-1, 10));
            assertThrows(IllegalArgumentException.class, () -> left.setWatermarks(11, 10));
            assertThrows(IllegalArgumentException.class, () -> left.setWatermarks(0, 1 << 20));
        });
    }

    // ---- idle time-out

    @StreamRule
    void idleTimeoutStrikesWhenNoByteMovesEitherWay(VirtualClock clock) throws Exception {
        buffered((left, right) -> {
            right.setIdleTimeout(LIMIT);
            Task<Integer> reader = reading(right);
            for (int i = 0; i < 3; i++) {
                sleep(NEARLY);
                Task<?> sender = sending(right, "x");
                assertText("x", left.readExactly(1));
                sender.await();
            }
            Duration moved = clock.elapsed();

            failure(TimeoutException.class, reader);

            assertEquals(moved.plus(LIMIT), clock.elapsed());
            Task<?> sender = sending(left, "abc");
            assertText("abc", right.readExactly(3));
            sender.await();
        });
    }

    @StreamRule
    void idleTimeoutLimitsAWriterToo() throws Exception {
        buffered((left, right) -> {
            left.setIdleTimeout(LIMIT);
            Flood flood = Flood.into(left);

            if (has(Trait.BACK_PRESSURE)) {
                failure(TimeoutException.class, flood.task());
            }
        });
    }

    @StreamRule
    void idleTimeoutLimitsNoCallThatFindsBytesAndCountsNoTimeWithoutACall() throws Exception {
        buffered((left, right) -> {
            right.setIdleTimeout(LIMIT);
            Task<?> sender = sending(left, "ab");
            assertText("a", right.readExactly(1));
            right.read(ByteBuffer.allocate(100));
            sender.await();
            sleep(LIMIT.multipliedBy(2));
            Task<?> more = createTask(() -> {
                sleep(NEARLY);
                left.write(utf8("c"));
            });

            assertText("c", right.readExactly(1));
            more.await();
            right.setIdleTimeout(null);
            assertThrows(IllegalArgumentException.class, () -> right.setIdleTimeout(Duration.ZERO));
        });
    }

    // ---- counts and the wire log

    @StreamRule
    void statisticsCountWhatHasComeAndGone() throws Exception {
        buffered((left, right) -> {
            Task<?> sender = sendingAll(left, "one\ntwo\n");
            right.readLine(100);
            awaitAllTasksParked();
            assertEquals(
                    right.statistics().bytesReceived() - 4, right.statistics().bytesAhead());

            assertText("two\n", right.readAll(100));

            sender.await();
            assertEquals(new StreamStatistics(8, 0, 0, 0), right.statistics());
            assertEquals(new StreamStatistics(0, 8, 0, 0), left.statistics());
        });
    }

    @StreamRule
    void statisticsCountWhatIsLeftToBeSent() throws Exception {
        buffered((left, right) -> {
            int sent = Flood.into(left).stop();
            left.writeBuffered(KnownBytes.range(sent, 100));
            assertEquals(new StreamStatistics(0, sent, 0, 100), left.statistics());

            assertKnown(right, sent + 100);

            awaitAllTasksParked();
            assertEquals(new StreamStatistics(0, sent + 100, 0, 0), left.statistics());
            assertEquals(sent + 100, right.statistics().bytesReceived());
        });
    }

    /** Records everything it sees. */
    private static final class Recording implements WireLog {
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();

        @Override
        public void received(ByteStream stream, ByteBuffer bytes) {
            record(bytes, received);
        }

        @Override
        public void sent(ByteStream stream, ByteBuffer bytes) {
            record(bytes, sent);
        }

        private static void record(ByteBuffer bytes, ByteArrayOutputStream to) {
            assertTrue(bytes.isReadOnly());
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            to.writeBytes(copy);
        }
    }

    @StreamRule
    void wireLogSeesEveryByteOnce() throws Exception {
        buffered((left, right) -> {
            var atLeft = new Recording();
            var atRight = new Recording();
            left.setWireLog(atLeft);
            right.setWireLog(atRight);
            Task<?> sender = createTask(() -> {
                left.write(KnownBytes.of(200_000));
                left.write(
                        ByteBuffer.wrap(KnownBytes.range(200_000, 10)), ByteBuffer.wrap(KnownBytes.range(200_010, 10)));
                left.writeBuffered(KnownBytes.range(200_020, 10));
                left.closeOutput();
            });

            assertKnown(right, 1000);
            right.readAll(PLENTY);

            sender.await();
            assertArrayEquals(KnownBytes.of(200_030), atLeft.sent.toByteArray());
            assertArrayEquals(KnownBytes.of(200_030), atRight.received.toByteArray());
            assertEquals(0, atLeft.received.size() + atRight.sent.size());
        });
    }
}
