package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CancellationTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    /** One call that suspends and would do so for ever. */
    @FunctionalInterface
    interface Wait {
        void begin() throws Exception;
    }

    static Stream<Named<Wait>> ownWaits() {
        return Stream.of(
                Named.of("sleep", () -> sleep(ONE_DAY)),
                Named.of("sleepForever", Async::sleepForever),
                Named.of(
                        "sleepUntil", () -> Async.sleepUntil(EventLoop.current().time() + 1)),
                Named.of(
                        "await of a future",
                        () -> EventLoop.current().createFuture().await()),
                Named.of("await of a task", () -> createTask(() -> sleep(ONE_DAY))
                        .await()),
                Named.of(
                        "get of a future",
                        () -> EventLoop.current().createFuture().get()),
                Named.of("await of a stage", () -> Async.await(new CompletableFuture<>())),
                Named.of("park", () -> LowLevel.park("a park", () -> true)),
                Named.of("awaitReadable", () -> awaitReadable()));
    }

    private static void awaitReadable() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        try {
            LowLevel.awaitReadable(pipe.source());
        } finally {
            LowLevel.close(pipe.source());
            pipe.sink().close();
        }
    }

    static Stream<Named<Wait>> foreignWaits() {
        var held = new ReentrantLock();
        Thread.ofVirtual().start(held::lock);
        return Stream.of(
                Named.of("Thread.sleep", () -> Thread.sleep(ONE_DAY)),
                Named.of("lockInterruptibly", () -> {
                    while (!held.isLocked()) {
                        yieldNow();
                    }
                    held.lockInterruptibly();
                }),
                Named.of("BlockingQueue.take", () -> new LinkedBlockingQueue<>().take()),
                Named.of("CountDownLatch.await", () -> new CountDownLatch(1).await()),
                Named.of("Object.wait", () -> waitForever(new Object())),
                Named.of("Future.get", () -> new FutureTask<>(() -> "").get()),
                Named.of("await of a Future", () -> Async.await(new FutureTask<>(() -> ""))));
    }

    @SuppressWarnings({"WaitNotInLoop", "SynchronizeOnNonFinalField", "SynchronizationOnLocalVariableOrMethodParameter"
    })
    private static void waitForever(Object monitor) throws InterruptedException {
        synchronized (monitor) { // any wake-up ends the test, which then fails
            monitor.wait();
        }
    }

    private Task<?> startInside(Wait wait) {
        return driven.start(() -> {
            try {
                wait.begin();
                log.add("went on");
            } finally {
                log.add("cleaned up");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("ownWaits")
    void cancelWakesATaskInACallOfOurs(Wait wait) {
        Task<?> task = startInside(wait);
        assertThat(task.isDone()).isFalse();

        boolean cancelled = task.cancel("enough");
        driven.settle();

        assertThat(cancelled).isTrue();
        assertThat(log).containsExactly("cleaned up");
        assertThat(task.state()).isEqualTo(State.CANCELLED);
        loop.tasks().forEach(other -> other.cancel("the awaited one"));
        driven.assertIdle();
        assertThat(loop.statistics().channels()).isZero();
    }

    @ParameterizedTest
    @MethodSource("foreignWaits")
    void cancelWakesATaskInACallOfTheJdk(Wait wait) {
        Task<?> task = startInside(wait);
        assertThat(task.isDone()).isFalse();

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("cleaned up");
        assertThat(task.state()).isEqualTo(State.CANCELLED);
        driven.assertIdle();
    }

    @ParameterizedTest
    @MethodSource({"ownWaits", "foreignWaits"})
    void taskThatIsCancelledBeforeItBeginsIsEnteredAndStopsAtItsFirstWait(Wait wait) {
        Task<?> task = loop.createTask(() -> {
            log.add("entered");
            wait.begin();
            return log.add("went on");
        });

        task.cancel("early");
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("entered");
        assertThat(task.state()).isEqualTo(State.CANCELLED);
        loop.tasks().forEach(other -> other.cancel("the awaited one"));
        driven.assertIdle();
    }

    @Test
    void cancelInAYieldIsRaisedByTheNextCheckpoint() {
        Task<?> task = loop.createTask(() -> {
            yieldNow();
            log.add("yield returned");
            yieldNow();
            return log.add("went on");
        });
        driven.tick();

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("yield returned");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancelOfAnOffloadInterruptsTheWorker() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Task<?> task = driven.start(() -> Async.offload(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
        }));
        begun.await();

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        interrupted.await();
        driven.assertIdle();
    }

    @Test
    void exceptionNamesTheTaskAndTheReason() {
        Task<?> task = loop.createTask("worker", () -> {
            try {
                sleep(ONE_DAY);
            } catch (CancelledException e) {
                log.add(String.valueOf(e.getMessage()));
                throw e;
            }
            return "";
        });
        driven.settle();

        task.cancel("the user left");
        driven.settle();

        assertThat(log).containsExactly("task 'worker' was cancelled: the user left");
    }

    @Test
    void cancelWithoutAReasonNamesTheCaller() throws Exception {
        var messages = new ArrayList<String>();
        for (int i = 0; i < 2; i++) {
            driven.start(() -> {
                try {
                    sleep(ONE_DAY);
                } catch (CancelledException e) {
                    messages.add(String.valueOf(e.getMessage()));
                    throw e;
                }
            });
        }
        Task<?> first = loop.tasks().getFirst();
        Task<?> second = loop.tasks().getLast();

        loop.createTask("canceller", () -> first.cancel(true));
        driven.settle();
        OtherThread.run(() -> {
                    Thread.currentThread().setName("other thread");
                    second.cancel(false);
                })
                .get();
        driven.settle();

        assertThat(messages)
                .satisfiesExactly(
                        message -> assertThat(message).endsWith("cancel() was called by task 'canceller'"),
                        message -> assertThat(message).endsWith("cancel() was called by other thread"));
    }

    @Test
    void valueThatArrivesInTheSameTickWins() {
        LoopFuture<String> future = loop.createFuture();
        Task<?> task = driven.start(() -> {
            log.add(future.await());
            yieldNow();
            log.add("went on");
        });

        future.setResult("value");
        task.cancel("too late for the value");
        driven.settle();

        assertThat(log).containsExactly("value");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void timerThatFiresInTheSameTickWins() {
        Task<?> task = driven.start(() -> {
            sleep(Duration.ofSeconds(1));
            return log.add("slept");
        });
        loop.callLater(Duration.ofSeconds(1), () -> task.cancel("too late"));

        driven.advance(Duration.ofSeconds(1));

        assertThat(log).containsExactly("slept");
        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void cancellationIsRaisedAtEachCheckpointUntilTheBodyEnds() {
        Task<?> task = driven.start(() -> {
            for (int turn = 0; turn < 3; turn++) {
                try {
                    sleep(ONE_DAY);
                    log.add("slept");
                } catch (CancelledException e) {
                    log.add("cancelled");
                }
            }
        });

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("cancelled", "cancelled", "cancelled");
        assertThat(task.state()).as("a body that returns has succeeded").isEqualTo(State.SUCCESS);
    }

    @Test
    void bodyThatReturnsAValueAfterACancelHasSucceeded() {
        Task<String> task = loop.createTask(() -> "value");

        task.cancel("too late");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void bodyThatFailsAfterACancelHasFailed() {
        Task<?> task = driven.start(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                failToCleanUp();
            }
        });

        task.cancel("enough");
        driven.settle();

        assertThat(task.state()).isEqualTo(State.FAILED);
        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("clean-up failed"));
    }

    private static void failToCleanUp() {
        throw new IllegalStateException("clean-up failed");
    }

    @Test
    void cancelOfADoneTaskIsRefused() {
        Task<String> task = driven.start(() -> "done");

        assertThat(task.cancel("late")).isFalse();
        assertThat(task.cancel(true)).isFalse();
        assertThat(task.resultNow()).isEqualTo("done");
    }

    /** The request is still in the entry queue when the body ends. */
    @Test
    void cancelThatArrivesAfterTheEndDoesNothing() {
        Task<Boolean> task = driven.start(() -> {
            Task<?> self = currentTask();
            FutureTask<Boolean> other = OtherThread.call(() -> self.cancel("too late"));
            OtherThread.spinUntil(other::isDone); // without letting the loop go on
            return other.get();
        });

        driven.settle();

        assertThat(task.resultNow()).isTrue();
        assertThat(task.isCancelled()).isFalse();
    }

    @Test
    void cancelTwiceIsCancelOnce() {
        Task<?> task = startInside(() -> sleep(ONE_DAY));

        boolean first = task.cancel("first");
        boolean second = task.cancel("second");
        driven.settle();

        assertThat(first && second).isTrue();
        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void cancelFromAnotherThreadTakesEffectInTheNextTick() throws Exception {
        Task<?> task = startInside(() -> sleep(ONE_DAY));

        OtherThread.run(() -> task.cancel("from outside")).get();
        assertThat(task.isDone()).isFalse();
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void taskThatCancelsItselfStopsAtItsNextCheckpoint() {
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            log.add("went on to the checkpoint");
            sleep(Duration.ZERO);
            log.add("went on");
        });

        assertThat(log).containsExactly("went on to the checkpoint");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void interruptOfATaskInACallOfOursIsACancellation() {
        Task<Thread> task = loop.createTask(() -> {
            log.add(Thread.currentThread().getName());
            sleep(ONE_DAY);
            return Thread.currentThread();
        });
        driven.settle();

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        driven.assertIdle();
    }

    @Test
    void interruptBeforeACallOfOursIsACancellation() {
        Task<?> task = driven.start(() -> {
            Thread.currentThread().interrupt();
            sleep(ONE_DAY);
        });

        assertThat(task.isCancelled()).isTrue();
        driven.assertIdle();
    }

    @Test
    void cleanUpMayBlockInTheJdkWithoutBeingInterruptedAgain() {
        var cleanUp = new CountDownLatch(1);
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself, while running");
            try {
                sleep(ONE_DAY);
            } finally {
                cleanUp.await();
                log.add("cleaned up");
            }
        });
        assertThat(task.isDone()).isFalse();

        cleanUp.countDown();
        driven.settle();

        assertThat(log).containsExactly("cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    static Stream<Exception> interruptions() {
        return Stream.of(
                new InterruptedException(),
                new InterruptedIOException(),
                new java.nio.channels.ClosedByInterruptException(),
                new UncheckedIOException(new InterruptedIOException()),
                new IllegalStateException("wrapped", new InterruptedException()));
    }

    @ParameterizedTest
    @MethodSource("interruptions")
    void interruptionThatEscapesACancelledBodyIsItsCancellation(Exception interruption) {
        Task<?> task = driven.start(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException byCancel) {
                throw interruption;
            }
        });

        task.cancel("enough");
        driven.settle();

        assertThat(task.state()).isEqualTo(State.CANCELLED);
    }

    @ParameterizedTest
    @MethodSource("interruptions")
    void interruptionThatACancelledBodyMakesByItselfIsAFailure(Exception interruption) {
        Task<?> task = loop.createTask(() -> {
            throw interruption;
        });

        task.cancel("enough");
        driven.settle();

        assertThat(task.exceptionNow()).isSameAs(interruption);
    }

    @Test
    void interruptionThatEscapesABodyWhichNobodyCancelledIsAFailure() {
        Task<?> task = driven.start(() -> {
            throw new InterruptedException("of its own");
        });

        assertThat(task.state()).isEqualTo(State.FAILED);
        assertThat(driven.takeFailures()).hasSize(1);
    }

    @Test
    void cancellationOfAnotherTaskIsNotTheCancellationOfTheOneThatAwaitsIt() {
        Task<?> other = loop.createTask(() -> {
            sleep(ONE_DAY);
            return "";
        });
        Task<?> waiter = driven.start(() -> other.await());
        other.cancel("enough");
        driven.settle();

        assertThat(waiter.state()).isEqualTo(State.FAILED);
        assertThat(driven.takeFailures()).hasSize(1);
    }

    @Test
    void abortHandlerThatRefusesKeepsTheTaskParkedUntilTheValueComes() {
        Task<?> task = driven.start(() -> {
            LowLevel.park("a value on its way", () -> false);
            log.add("value");
            sleep(Duration.ZERO);
            log.add("went on");
        });

        task.cancel("refused");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        assertThat(LowLevel.unpark(task)).isTrue();
        driven.settle();

        assertThat(log).containsExactly("value");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationThatAParkHasRefusedEndsTheBlockingCallBehindIt() {
        Task<?> task = driven.start(() -> {
            LowLevel.park("a value on its way", () -> false);
            log.add("value");
            Thread.sleep(ONE_DAY);
            log.add("went on");
        });

        task.cancel("refused");
        driven.settle();
        LowLevel.unpark(task);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("value");
        assertThat(task.isCancelled()).isTrue();
    }

    /** The interrupt that the request has sent must not be taken for one of somebody else's. */
    @Test
    void cancellationOfAScopeBeforeAParkThatRefusesIsNoneOfTheTask() {
        Task<?> task = driven.start(() -> {
            CancelScope.run(scope -> {
                scope.cancel("the block alone");
                LowLevel.park("a value on its way", () -> false);
                log.add("value");
            });
            yieldNow();
            log.add("went on");
        });
        assertThat(log).isEmpty();

        LowLevel.unpark(task);
        driven.settle();

        assertThat(log).containsExactly("value", "went on");
    }

    @Test
    void interruptDoesNotOverruleAnAbortHandlerThatRefuses() {
        Task<?> task = driven.start(() -> {
            LowLevel.park("a value on its way", () -> false);
            log.add("value");
        });

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();
        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();
        assertThat(log).isEmpty();
        LowLevel.unpark(task);
        driven.settle();

        assertThat(log).containsExactly("value");
    }

    @Test
    void cancelledTaskCanStillBeAwaitedAndGot() {
        Task<?> task = startInside(() -> sleep(ONE_DAY));
        task.cancel("enough");
        driven.settle();

        assertThatExceptionOfType(java.util.concurrent.CancellationException.class)
                .isThrownBy(task::get)
                .withMessageContaining("enough");
    }
}
