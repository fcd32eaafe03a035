package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private final List<String> log = new ArrayList<>();

    /** Sends numbers from 1 to a limit, and says when it ends, however it does. */
    private Generator<Integer> numbers(int capacity, int limit) {
        return Channel.produce(capacity, sender -> {
            try {
                for (int i = 1; i <= limit; i++) {
                    sender.send(i);
                }
            } finally {
                log.add("producer ended");
            }
        });
    }

    private static Generator<Integer> failingAfter(int values, Exception failure) {
        return Channel.produce(values, sender -> {
            for (int i = 1; i <= values; i++) {
                sender.send(i);
            }
            throw failure;
        });
    }

    /** Sends nothing; when it is cancelled it fails. */
    private static Generator<Integer> failingWhenItIsCancelled() {
        return Channel.produce(0, sender -> {
            try {
                new Event().await();
            } finally {
                throwBrokenCleanUp();
            }
        });
    }

    private static void throwBrokenCleanUp() {
        throw new IllegalStateException("broken clean-up");
    }

    @Test
    void blockReceivesWhatTheProducerSends() throws Exception {
        var received = new ArrayList<Integer>();
        Loops.run(() -> numbers(0, 3).run(receiver -> {
            for (int number : receiver) {
                received.add(number);
            }
        }));

        assertThat(received).containsExactly(1, 2, 3);
        assertThat(log).containsExactly("producer ended");
    }

    @Test
    void resultOfTheBlockIsReturned() throws Exception {
        Loops.run(() -> {
            int sum = numbers(2, 4)
                    .call(receiver ->
                            receiver.stream().mapToInt(Integer::intValue).sum());
            assertThat(sum).isEqualTo(10);
            assertThat(numbers(0, 1).<String, RuntimeException>call(receiver -> "nothing"))
                    .isEqualTo("nothing");
        });
    }

    @Test
    void generatorDoesNothingBeforeItRunsAndBeginsAnewEachTime() throws Exception {
        Generator<Integer> generator = numbers(0, 2);
        Loops.run(() -> {
            settle();
            assertThat(log).isEmpty();
            for (int i = 0; i < 2; i++) {
                List<Integer> all = generator.call(receiver -> receiver.stream().toList());
                assertThat(all).containsExactly(1, 2);
            }
        });
        assertThat(log).containsExactly("producer ended", "producer ended");
    }

    @Test
    void producerRunsAheadByTheValueThatItHasReady() throws Exception {
        Loops.run(() -> Channel.<Integer>produce(0, sender -> {
                    for (int i = 1; i <= 3; i++) {
                        log.add("made " + i);
                        sender.send(i);
                    }
                })
                .run(receiver -> {
                    settle();
                    assertThat(log).containsExactly("made 1");
                    receiver.receive();
                    settle();
                    assertThat(log).containsExactly("made 1", "made 2");
                }));
    }

    // ---- the block is left

    @Test
    void leavingTheBlockCancelsTheProducerAndAwaitsIt() throws Exception {
        Loops.run(() -> {
            int first = Channel.<Integer>produce(0, sender -> {
                        try {
                            sender.send(1);
                            sender.send(2);
                        } catch (CancelledException e) {
                            shield(Duration.ofSeconds(1), () -> yieldNow());
                            log.add("cleaned up");
                            throw e;
                        }
                    })
                    .call(receiver -> receiver.receive());

            assertThat(first).isEqualTo(1);
            assertThat(log).containsExactly("cleaned up");
        });
    }

    @Test
    @Feature("Generators, which never leave their producer behind")
    void leavingTheLoopOfABlockEarlyDoesTheSame() throws Exception {
        Loops.run(() -> {
            numbers(0, 1_000_000).run(receiver -> {
                for (int number : receiver) {
                    if (number == 3) {
                        break;
                    }
                }
            });
            assertThat(log).containsExactly("producer ended");
        });
    }

    @Test
    void exceptionOfTheBlockComesOutAsItIsAfterTheProducerHasEnded() throws Exception {
        var failure = new IOException("boom");
        Loops.run(() -> {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> numbers(0, 9).run(receiver -> {
                        receiver.receive();
                        throw failure;
                    }))
                    .isSameAs(failure)
                    .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
            assertThat(log).containsExactly("producer ended");
        });
    }

    /** In a scope that is cancelled an interrupt that comes out of a block counts as its cancellation; here none is. */
    @Test
    void timeOutOfABlockingSocketInTheBlockIsNotTakenForACancellation() throws Exception {
        Loops.run(() -> assertThatExceptionOfType(java.net.SocketTimeoutException.class)
                .isThrownBy(() -> numbers(0, 9).run(receiver -> {
                    throw new java.net.SocketTimeoutException("of a blocking socket");
                })));
    }

    @Test
    void receiverIsClosedBehindTheBlock() throws Exception {
        Loops.run(() -> {
            var kept = new ArrayList<Receiver<Integer>>();
            numbers(5, 3).run(receiver -> {
                settle();
                kept.add(receiver);
            });
            assertThatExceptionOfType(ChannelClosedException.class)
                    .isThrownBy(() -> kept.getFirst().tryReceive());
        });
    }

    @Test
    void blockMayCloseItsReceiverAndTheProducerEndsByThat() throws Exception {
        Loops.run(() -> numbers(0, 9).run(receiver -> {
            receiver.receive();
            receiver.close();
            settle();
            assertThat(log).containsExactly("producer ended");
        }));
    }

    // ---- the producer fails

    @Test
    void failureOfTheProducerComesBehindTheValues() throws Exception {
        var failure = new IOException("boom");
        Loops.run(() -> {
            var received = new ArrayList<Integer>();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> failingAfter(2, failure).run(receiver -> receiver.forEach(received::add)))
                    .withMessageContaining("what sends to Generator[0/2] failed: java.io.IOException: boom")
                    .withCause(failure);
            assertThat(received).containsExactly(1, 2);
        });
    }

    @Test
    void failureOfTheProducerIsThrownByEachWayToReceive() throws Exception {
        Loops.run(() -> failingAfter(0, new IOException("boom")).run(receiver -> {
            settle();
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(CompletionException.class).isThrownBy(receiver::receive);
                assertThatExceptionOfType(CompletionException.class).isThrownBy(receiver::tryReceive);
                assertThatExceptionOfType(CompletionException.class)
                        .isThrownBy(() -> receiver.iterator().hasNext());
                assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> Select.<Integer>first()
                        .onReceive(receiver, value -> value)
                        .await());
            }
        }));
    }

    @Test
    void failureOfTheProducerWakesABlockThatWaits() throws Exception {
        Loops.run(() -> {
            var mayFail = new Event();
            Generator<Integer> generator = Channel.produce(0, sender -> {
                mayFail.await();
                throw new IOException("boom");
            });
            Task<?> task = start("task", () -> {
                Throwable failure = catchThrowable(() -> generator.run(receiver -> receiver.receive()));
                log.add("" + failure.getCause());
            });

            mayFail.set();
            settle();

            assertThat(task.isDone()).isTrue();
            assertThat(log).containsExactly("java.io.IOException: boom");
        });
    }

    @Test
    void blockThatHasBeenToldOfTheFailureMayGoOn() throws Exception {
        Loops.run(() -> {
            String result = failingAfter(0, new IOException("boom")).call(receiver -> {
                assertThatExceptionOfType(CompletionException.class).isThrownBy(receiver::receive);
                return "went on";
            });
            assertThat(result).isEqualTo("went on");
        });
    }

    @Test
    void failureThatTheBlockWasNotToldOfIsThrownBehindIt() throws Exception {
        Loops.run(() -> {
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> failingWhenItIsCancelled().run(receiver -> settle()))
                    .withMessageContaining("task 'producer', whose block had ended, failed")
                    .havingCause()
                    .withMessage("broken clean-up");
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> failingAfter(1, new IOException("boom")).run(receiver -> {
                        settle();
                        receiver.receive();
                    }))
                    .withCauseInstanceOf(IOException.class);
        });
    }

    @Test
    void failureThatTheBlockWasNotToldOfIsSuppressedByTheBlocksOwn() throws Exception {
        Loops.run(() -> assertThatIllegalStateException()
                .isThrownBy(() -> failingWhenItIsCancelled().run(receiver -> {
                    settle();
                    throw new IllegalStateException("of the block");
                }))
                .withMessage("of the block")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(suppressed -> assertThat(suppressed).hasMessage("broken clean-up"))));
    }

    @Test
    void failureWhileACancellationFromOutsideIsUnderWayIsNotLost() throws Exception {
        Loops.run(() -> {
            Task<?> task = start("task", () -> failingWhenItIsCancelled().run(receiver -> receiver.receive()));
            task.whenDone(done -> log.add("" + done.exceptionNow()));

            cancel(task);

            assertThat(log).singleElement().asString().contains("broken clean-up");
        });
    }

    @Test
    void errorOfTheProducerReachesTheBlock() throws Exception {
        Loops.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> Channel.<Integer>produce(0, sender -> {
                            throw new AssertionError("boom");
                        })
                        .run(receiver -> receiver.receive()))
                .withCauseInstanceOf(AssertionError.class));
    }

    @Test
    void producerThatIsCancelledByItselfAloneIsNoPlainEnd() throws Exception {
        Loops.run(() -> {
            Generator<Integer> generator = Channel.produce(1, sender -> {
                sender.send(1);
                currentTask().cancel("by itself");
                yieldNow();
            });
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> generator.run(receiver -> receiver.forEach(value -> log.add("" + value))))
                    .withCauseInstanceOf(CancelledException.class);
            assertThat(log).containsExactly("1");
        });
    }

    @Test
    void brokenChannelOfSomebodyElseIsAFailure() throws Exception {
        Loops.run(() -> {
            Channel<Integer> other = Channel.open();
            other.receiver().close();
            Generator<Integer> generator =
                    Channel.produce(0, sender -> other.sender().send(1));
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> generator.run(receiver -> receiver.receive()))
                    .withCauseInstanceOf(ChannelBrokenException.class);
        });
    }

    // ---- what a generator of plain code cannot do

    @Test
    void timeOutInTheProducerIsItsOwn() throws Exception {
        Generator<String> generator = Channel.produce(0, sender -> {
            for (int i = 0; i < 2; i++) {
                boolean inTime = moveOnAfter(Duration.ZERO, () -> sleep(Duration.ofDays(1)));
                sender.send("in time: " + inTime);
            }
        });
        Loops.run(() -> generator.run(receiver -> receiver.forEach(log::add)));
        assertThat(log).containsExactly("in time: false", "in time: false");
    }

    @Test
    void producerMayHaveATaskGroup() throws Exception {
        Generator<String> generator = Channel.produce(
                0,
                sender -> TaskGroup.run(group -> {
                    for (String name : List.of("a", "b")) {
                        group.createTask(() -> sender.send(name));
                    }
                }));
        Loops.run(() -> generator.run(receiver -> receiver.forEach(log::add)));
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void timeOutAroundTheBlockEndsBoth() throws Exception {
        Generator<Integer> silent = Channel.produce(0, sender -> {
            try {
                new Event().await();
            } finally {
                log.add("producer ended");
            }
        });
        Loops.run(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() ->
                        timeout(Duration.ofNanos(1), () -> silent.<Integer, RuntimeException>call(Receiver::receive))));
        assertThat(log).containsExactly("producer ended");
    }

    @Test
    void generatorsNest() throws Exception {
        Generator<Integer> doubled =
                Channel.produce(0, sender -> numbers(0, 1_000).run(receiver -> {
                    for (int number : receiver) {
                        sender.send(2 * number);
                    }
                }));
        Loops.run(() -> {
            List<Integer> some =
                    doubled.call(receiver -> receiver.stream().limit(3).toList());
            assertThat(some).containsExactly(2, 4, 6);
        });
        assertThat(log).containsExactly("producer ended");
    }

    // ---- cancelling

    @Test
    void cancelBeforeItBeginsEntersBothAndStopsThemAtTheirFirstSuspendingCall() throws Exception {
        Loops.run(() -> {
            Task<?> task = start("task", () -> {
                currentTask().cancel("by itself");
                numbers(0, 3).run(receiver -> {
                    receiver.receive();
                    log.add("received");
                });
            });
            assertThat(task.isCancelled()).isTrue();
            assertThat(log).containsExactly("producer ended");
        });
    }

    @Test
    void cancelWhileTheBlockWaitsEndsBoth() throws Exception {
        Loops.run(() -> {
            Task<?> task = start("task", () -> {
                Generator<Integer> silent = Channel.produce(0, sender -> {
                    try {
                        new Event().await();
                    } finally {
                        log.add("producer ended");
                    }
                });
                silent.run(receiver -> receiver.receive());
            });
            assertThat(EventLoop.current().tasks()).hasSize(3);

            cancel(task);

            assertThat(task.isCancelled()).isTrue();
            assertThat(log).containsExactly("producer ended");
        });
    }

    @Test
    void cancelWhileTheProducerIsAwaitedLetsTheResultWin() throws Exception {
        Loops.run(() -> {
            var mayEnd = new Event();
            Task<?> task = start("task", () -> {
                String result = Channel.<Integer>produce(0, sender -> {
                            try {
                                new Event().await();
                            } finally {
                                shield(Duration.ofDays(1), () -> mayEnd.await());
                            }
                        })
                        .call(receiver -> {
                            yieldNow(); // the producer begins
                            return "result";
                        });
                log.add(result);
                yieldNow();
                log.add("went on");
            });
            task.cancel("too late");
            mayEnd.set();
            settle();

            assertThat(log).containsExactly("result");
            assertThat(task.isCancelled()).isTrue();
        });
    }

    @Test
    void closingTheLoopEndsTheProducer() {
        EventLoop.run(() -> {
            createTask(() -> numbers(0, 9).run(receiver -> new Event().await()));
            settle();
        });
        assertThat(log).containsExactly("producer ended");
    }

    // ---- misuse

    @Test
    void capacityIsNotNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Channel.<String>produce(-1, sender -> {}))
                .withMessageContaining("cannot have a capacity of -1");
    }

    @Test
    void callOutsideATaskIsRejected() {
        assertThatIllegalStateException()
                .isThrownBy(() -> numbers(0, 1).run(receiver -> {}))
                .withMessageContaining("is not a task of an event loop");
        assertThat(log).isEmpty();
    }
}
