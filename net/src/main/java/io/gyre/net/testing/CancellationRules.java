package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.net.ByteStream;
import io.gyre.net.ByteWriter;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Cancellation: before a call, while it waits, as it completes. No byte is lost or delivered twice. */
abstract class CancellationRules extends TimeLimitRules {
    /**
     * The number of ticks to try for a cancellation; a call takes fewer, so this covers before, during and after it.
     */
    private static final int MOMENTS = 10;

    private static <X extends Exception> Task<?> inACancelledTask(VoidBody<X> call) {
        return createTask(() -> {
            currentTask().cancel("before the call");
            call.run();
        });
    }

    // ---- reading

    @StreamRule
    void readInACancelledTaskTakesNothing() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "0123456789\n");
            awaitAllTasksParked();
            for (ReadingCall call : ReadingCall.all()) {
                failure(CancelledException.class, inACancelledTask(() -> call.on(right)));
                assertEquals(0, call.buffer.position(), call::toString);
            }

            assertArrayEquals(ReadingCall.MESSAGE, right.readAll(100));
            sender.await();
        });
    }

    @StreamRule
    void readThatIsCancelledWhileItWaitsLosesNothing() throws Exception {
        for (ReadingCall call : ReadingCall.all()) {
            connected((left, right) -> {
                Task<?> reader = createTask(() -> call.on(right));
                if (call.waitsForAll()) {
                    sending(left, Arrays.copyOf(ReadingCall.MESSAGE, ReadingCall.CUT))
                            .await();
                }
                awaitAllTasksParked();

                reader.cancelAndJoin("while it waits");

                assertTrue(reader.isCancelled(), call::toString);
                assertEquals(call.fillsItsBuffer() ? ReadingCall.CUT : 0, call.buffer.position(), call::toString);
                int sent = call.waitsForAll() ? ReadingCall.CUT : 0;
                Task<?> rest = sendingAll(left, "0123456789\n".substring(sent));
                assertArrayEquals(ReadingCall.MESSAGE, joined(call.taken(), right.readAll(100)), call::toString);
                rest.await();
            });
        }
    }

    @StreamRule
    void readThatIsCancelledAtAnyMomentLosesNothingAndRepeatsNothing() throws Exception {
        for (int moment = 0; moment < MOMENTS; moment++) {
            for (ReadingCall call : ReadingCall.all()) {
                cancelReadAt(moment, call);
            }
        }
    }

    private void cancelReadAt(int moment, ReadingCall call) throws Exception {
        connected((left, right) -> {
            Task<byte[]> reader = createTask(() -> call.on(right));
            Task<?> canceller = cancellingIn(moment, reader);
            Task<?> sender = createTask(() -> {
                left.write(Arrays.copyOf(ReadingCall.MESSAGE, ReadingCall.CUT));
                left.write(Arrays.copyOfRange(ReadingCall.MESSAGE, ReadingCall.CUT, ReadingCall.MESSAGE.length));
                left.closeOutput();
            });
            canceller.await();
            reader.cancelAndJoin("it may still wait");
            assertTrue(call.fillsItsBuffer() || !reader.isCancelled() || call.buffer.position() == 0, call::toString);
            byte[] taken = reader.isCancelled() || !call.consumes() ? call.taken() : reader.await();

            byte[] rest = right.readAll(100);

            assertArrayEquals(ReadingCall.MESSAGE, joined(taken, rest), () -> call + ", cancelled in tick " + moment);
            sender.await();
        });
    }

    private static Task<?> cancellingIn(int ticks, Task<?> task) {
        return createTask(() -> {
            for (int i = 0; i < ticks; i++) {
                yieldNow();
            }
            task.cancel("at any moment");
        });
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    // ---- writing

    @StreamRule
    void writeInACancelledTaskSendsNothing() throws Exception {
        connected((left, right) -> {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            failure(CancelledException.class, inACancelledTask(() -> left.write(buffer)));
            failure(CancelledException.class, inACancelledTask(() -> left.write(buffer, ByteBuffer.allocate(1))));
            failure(CancelledException.class, inACancelledTask(() -> left.writeBuffered(buffer)));
            failure(CancelledException.class, inACancelledTask(left::flush));
            failure(CancelledException.class, inACancelledTask(left::closeOutput));

            assertEquals(0, buffer.position());
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void writeThatIsCancelledWhileItWaitsSaysHowMuchIsOnItsWay() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();

            assertKnown(right, sent);
            assertNothingToRead(right);
            Task<?> sender = sending(left, "on we go");
            assertText("on we go", right.readExactly(8));
            sender.await();
        });
    }

    @StreamRule
    void bufferedWriteThatIsCancelledWhileItWaitsSaysHowMuchIsOnItsWay() throws Exception {
        connected((left, right) -> {
            int before = Flood.into(left).stop();
            ByteBuffer buffer = ByteBuffer.wrap(KnownBytes.range(before, 1 << 20));
            Task<?> writer = createTask(() -> left.writeBuffered(buffer));
            awaitAllTasksParked();
            writer.cancelAndJoin("while it waits");
            assertEquals(has(Trait.BACK_PRESSURE), writer.isCancelled());

            assertKnown(right, before + buffer.position());
            assertNothingToRead(right);
        });
    }

    @StreamRule
    void flushThatIsCancelledWhileItWaitsLeavesTheBytesToBeSentLater() throws Exception {
        connected((left, right) -> {
            int sent = Flood.into(left).stop();
            left.writeBuffered(KnownBytes.range(sent, 1000));
            Task<?> flush = createTask(() -> left.flush());
            awaitAllTasksParked();
            flush.cancelAndJoin("while it waits");
            assertEquals(has(Trait.BACK_PRESSURE), flush.isCancelled());

            assertKnown(right, sent + 1000);
        });
    }

    /** One of the write calls. */
    private enum WritingCall {
        WRITE {
            @Override
            void on(ByteWriter writer, ByteBuffer first, ByteBuffer second) throws IOException {
                writer.write(first);
                writer.write(second);
            }
        },
        GATHER {
            @Override
            void on(ByteWriter writer, ByteBuffer first, ByteBuffer second) throws IOException {
                writer.write(first, second);
            }
        },
        BUFFER {
            @Override
            void on(ByteWriter writer, ByteBuffer first, ByteBuffer second) throws IOException {
                writer.writeBuffered(first);
                writer.writeBuffered(second);
            }
        },
        BUFFER_AND_WRITE {
            @Override
            void on(ByteWriter writer, ByteBuffer first, ByteBuffer second) throws IOException {
                writer.writeBuffered(first);
                writer.write(second);
            }
        };

        abstract void on(ByteWriter writer, ByteBuffer first, ByteBuffer second) throws IOException;
    }

    @StreamRule
    void writeThatIsCancelledAtAnyMomentSaysHowMuchIsOnItsWay() throws Exception {
        for (int moment = 0; moment < MOMENTS; moment++) {
            for (WritingCall call : WritingCall.values()) {
                cancelWriteAt(moment, call, 10);
                cancelWriteAt(moment, call, 150_000);
            }
        }
    }

    private void cancelWriteAt(int moment, WritingCall call, int length) throws Exception {
        connected((left, right) -> {
            ByteBuffer first = ByteBuffer.wrap(KnownBytes.of(length));
            ByteBuffer second = ByteBuffer.wrap(KnownBytes.range(length, length));
            Task<?> writer = createTask(() -> call.on(left, first, second));
            Task<?> canceller = cancellingIn(moment, writer);
            Task<byte[]> reader = createTask(() -> right.readAll(PLENTY));
            canceller.await();
            writer.cancelAndJoin("it may still wait");

            left.closeOutput();

            byte[] expected = KnownBytes.of(first.position() + second.position());
            assertArrayEquals(expected, reader.await(), () -> call + ", cancelled in tick " + moment);
        });
    }

    // ---- both directions, at random

    @StreamRule
    void callsOfAllKindsThatAreCancelledAtRandomMoveEveryByteOnce() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            connected((left, right) -> {
                var received = new ByteArrayOutputStream();
                Task<?> reader = createTask("reader", () -> readAtRandom(right, received, random));

                int sent = writeAtRandom(left, random);
                left.closeOutput();

                reader.await();
                assertArrayEquals(KnownBytes.of(sent), received.toByteArray());
            });
        }
    }

    private static int writeAtRandom(ByteStream stream, Random random) throws Exception {
        int sent = 0;
        for (int i = 0; i < 60; i++) {
            ByteBuffer first = ByteBuffer.wrap(KnownBytes.range(sent, random.nextInt(40_000)));
            ByteBuffer second = ByteBuffer.wrap(KnownBytes.range(sent + first.limit(), random.nextInt(4_000)));
            WritingCall call = WritingCall.values()[random.nextInt(WritingCall.values().length)];
            Task<?> writer = createTask("writer", () -> call.on(stream, first, second));
            cancellingIn(random.nextInt(6), writer).await();
            writer.cancelAndJoin("next");
            sent += first.position() + second.position();
        }
        return sent;
    }

    private static void readAtRandom(ByteStream stream, ByteArrayOutputStream received, Random random)
            throws Exception {
        for (boolean ended = false; !ended; ) {
            ByteBuffer buffer = ByteBuffer.allocate(1 + random.nextInt(50_000));
            boolean exactly = random.nextBoolean();
            Task<byte[]> reader =
                    createTask(() -> exactly ? stream.readExactly(buffer.capacity()) : some(stream, buffer));
            reader.whenDone(done -> {}); // it fails when the end comes too early
            cancellingIn(random.nextInt(6), reader).await();
            reader.cancelAndJoin("next");
            switch (reader.state()) {
                case SUCCESS -> {
                    received.write(reader.resultNow());
                    ended = reader.resultNow().length == 0;
                }
                case FAILED -> {
                    received.write(stream.readAll(PLENTY)); // the stream ended before this many bytes
                    ended = true;
                }
                default -> received.write(buffer.array(), 0, buffer.position());
            }
        }
    }

    /** {@return the bytes of a read; empty at the end} */
    private static byte[] some(ByteStream stream, ByteBuffer buffer) throws IOException {
        byte[] bytes = new byte[Math.max(stream.read(buffer), 0)];
        buffer.get(0, bytes);
        return bytes;
    }
}
