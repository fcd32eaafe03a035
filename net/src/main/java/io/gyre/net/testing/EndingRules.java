package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.StreamHalves;
import io.gyre.net.testing.ByteStreamContract.Trait;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/** Endings: of the output, of both directions, orderly and abrupt. */
abstract class EndingRules extends FileRules {
    // ---- half-close

    @StreamRule
    void endOfTheOutputComesBehindWhatWasWritten() throws Exception {
        connected((left, right) -> {
            Task<?> sender = sendingAll(left, "abc");

            assertText("abc", right.readAll(100));
            assertEnd(right);
            sender.await();
        });
    }

    @StreamRule
    void endOfTheOutputLeavesTheOtherDirectionOpen() throws Exception {
        connected((left, right) -> {
            left.closeOutput();
            left.closeOutput();
            assertEnd(right);
            assertTrue(left.isOpen());
            if (has(Trait.HALF_CLOSE)) {
                Task<?> sender = sendingAll(right, "answer");
                assertText("answer", left.readAll(100));
                sender.await();
            }
        });
    }

    @StreamRule
    void writingBehindTheEndOfTheOutputFails() throws Exception {
        connected((left, right) -> {
            left.closeOutput();

            assertThrows(ClosedChannelException.class, () -> left.write(utf8("x")));
            assertThrows(
                    ClosedChannelException.class, () -> left.write(ByteBuffer.wrap(utf8("x")), ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> left.writeBuffered(utf8("x")));
        });
    }

    @StreamRule
    void endOfTheOutputWakesAReader() throws Exception {
        connected((left, right) -> {
            Task<Integer> reader = reading(right);
            awaitAllTasksParked();

            left.closeOutput();

            assertEquals(-1, reader.await());
        });
    }

    // ---- close

    @StreamRule
    void closeDeliversWhatWasWritten() throws Exception {
        connected((left, right) -> {
            Task<?> sender = createTask(() -> {
                left.write(KnownBytes.of(100_000));
                left.close();
            });

            assertArrayEquals(KnownBytes.of(100_000), right.readAll(PLENTY));
            assertEnd(right);
            sender.await();
        });
    }

    @StreamRule
    void closeDoesNothingTheSecondTime() throws Exception {
        connected((left, right) -> {
            assertTrue(left.isOpen());

            left.close();
            left.close();

            assertFalse(left.isOpen());
            assertTrue(right.isOpen());
        });
    }

    @StreamRule
    void closeWakesAReader() throws Exception {
        connected((left, right) -> {
            Task<Integer> reader = reading(left);
            awaitAllTasksParked();

            left.close();

            failure(AsynchronousCloseException.class, reader);
        });
    }

    @StreamRule
    void closeWakesAWriter() throws Exception {
        connected((left, right) -> {
            Flood flood = Flood.into(left);

            left.close();

            if (has(Trait.BACK_PRESSURE)) {
                failure(AsynchronousCloseException.class, flood.task());
            }
        });
    }

    @StreamRule
    void closeInACancelledTaskCloses() throws Exception {
        connected((left, right) -> {
            createTask(() -> {
                        currentTask().cancel("before it closes");
                        left.close();
                    })
                    .await();

            assertFalse(left.isOpen());
            assertEnd(right);
        });
    }

    @StreamRule
    void everyCallOnAClosedStreamSaysSo() throws Exception {
        connected((left, right) -> {
            left.close();

            for (ReadingCall call : ReadingCall.all()) {
                assertThrows(ClosedChannelException.class, () -> call.on(left), call::toString);
            }
            ByteBuffer buffer = ByteBuffer.allocate(1);
            assertThrows(ClosedChannelException.class, () -> left.write(buffer));
            assertThrows(ClosedChannelException.class, () -> left.write(buffer, ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> left.writeBuffered(buffer));
            assertThrows(ClosedChannelException.class, left::flush);
            assertThrows(ClosedChannelException.class, left::closeOutput);
            assertEquals(0, buffer.position());
        });
    }

    @StreamRule
    void peerThatHasClosedCannotBeWrittenToForLong() throws Exception {
        connected((left, right) -> {
            right.close();
            awaitAllTasksParked();

            assertThrows(IOException.class, () -> writeUntilItFails(left));
        });
    }

    private static void writeUntilItFails(ByteStream stream) throws IOException {
        for (int i = 0; i < 100; i++) {
            stream.write(utf8("is anybody there?"));
            awaitAllTasksParked();
        }
    }

    // ---- abort

    @StreamRule
    void abortIsNoticedByThePeer() throws Exception {
        connected((left, right) -> {
            Task<Integer> reader = reading(right);
            awaitAllTasksParked();

            left.abort();

            if (has(Trait.RESET)) {
                IOException reset = failure(IOException.class, reader);
                assertFalse(reset instanceof ClosedChannelException, "the peer has not closed its own end");
                assertThrows(IOException.class, () -> right.read(ByteBuffer.allocate(1)));
            } else {
                assertEquals(-1, reader.await());
            }
            assertThrows(IOException.class, () -> writeUntilItFails(right));
        });
    }

    @StreamRule
    void abortFailsAPeerThatIsWriting() throws Exception {
        connected((left, right) -> {
            Flood flood = Flood.into(right);

            left.abort();

            if (has(Trait.BACK_PRESSURE)) {
                failure(IOException.class, flood.task());
            }
        });
    }

    @StreamRule
    void abortEndsTheCallsOfItsOwnEnd() throws Exception {
        connected((left, right) -> {
            Task<Integer> reader = reading(left);
            Flood flood = Flood.into(left);

            assertDoesNotSuspend(() -> {
                left.abort();
                left.abort();
            });

            assertFalse(left.isOpen());
            failure(AsynchronousCloseException.class, reader);
            if (has(Trait.BACK_PRESSURE)) {
                failure(AsynchronousCloseException.class, flood.task());
            }
            assertThrows(ClosedChannelException.class, () -> left.read(ByteBuffer.allocate(1)));
        });
    }

    @StreamRule
    void abortDropsWhatIsBuffered() throws Exception {
        connected((left, right) -> {
            assertDoesNotSuspend(() -> {
                left.writeBuffered(utf8("abc"));
                left.abort();
            });

            try {
                assertEnd(right);
            } catch (IOException reset) {
                assertTrue(has(Trait.RESET), "the end of the stream was a failure: " + reset);
            }
        });
    }

    @StreamRule
    void abortBehindACloseTakesNothingBack() throws Exception {
        connected((left, right) -> {
            Task<?> sender = createTask(() -> {
                left.write(utf8("abc"));
                left.close();
                left.abort();
            });

            assertText("abc", right.readAll(100));
            sender.await();
        });
    }

    // ---- halves

    @StreamRule
    void halvesAreUsedByTasksOfTheirOwnAndCloseTheStreamTogether() throws Exception {
        connected((left, right) -> {
            StreamHalves halves = left.split();
            Task<byte[]> reader = createTask(() -> {
                try (var half = halves.reader()) {
                    return half.readExactly(3);
                }
            });
            Task<?> writer = createTask(() -> {
                try (var half = halves.writer()) {
                    half.write(utf8("there"));
                }
            });

            assertText("there", right.readAll(100));
            writer.await();
            if (has(Trait.HALF_CLOSE)) {
                sending(right, "abc").await();
                assertText("abc", reader.await());
                assertFalse(left.isOpen());
            }
            reader.cancelAndJoin("if it is still there");
        });
    }

    @StreamRule
    void halfThatIsClosedIsClosed() throws Exception {
        connected((left, right) -> {
            StreamHalves halves = left.split();
            halves.reader().close();
            halves.reader().close();
            assertTrue(left.isOpen());
            assertThrows(ClosedChannelException.class, () -> halves.reader().read(ByteBuffer.allocate(1)));
            Task<?> sender = createTask(() -> halves.writer().write(utf8("abc")));
            assertText("abc", right.readExactly(3));
            sender.await();

            halves.writer().close();
            halves.writer().close();

            assertFalse(left.isOpen());
            assertThrows(ClosedChannelException.class, () -> halves.writer().write(utf8("x")));
            assertEnd(right);
        });
    }

    @StreamRule
    void writerThatIsClosedInACancelledTaskEndsTheOutput() throws Exception {
        connected((left, right) -> {
            StreamHalves halves = left.split();
            Task<?> closing = createTask(() -> {
                currentTask().cancel("before it closes");
                halves.writer().close();
            });

            assertEnd(right);
            closing.cancelAndJoin("it has");
        });
    }
}
