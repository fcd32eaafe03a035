package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LoopCallTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;

    private static String fail() throws IOException {
        throw new FileNotFoundException("gone");
    }

    @Test
    void bodyRunsAsATaskAndItsResultComesBack() throws Exception {
        FutureTask<EventLoop> call = OtherThread.call(() -> loop.call(() -> {
            Async.yieldNow();
            return EventLoop.current();
        }));

        driven.runUntil(call::isDone);

        assertThat(call.get()).isSameAs(loop);
        driven.assertIdle();
    }

    @Test
    void bodyWithoutResultRuns() throws Exception {
        var ran = new CountDownLatch(1);
        FutureTask<?> call = OtherThread.run(() -> loop.call(() -> ran.countDown()));

        driven.runUntil(call::isDone);

        assertThat(ran.getCount()).isZero();
    }

    @Test
    void checkedExceptionComesOutAsItIsAndIsNotReported() throws Exception {
        FutureTask<String> call = OtherThread.call(() -> {
            try {
                return loop.call(() -> fail());
            } catch (IOException e) {
                return "" + e;
            }
        });

        driven.runUntil(call::isDone);

        assertThat(call.get()).isEqualTo("java.io.FileNotFoundException: gone");
        driven.assertIdle();
    }

    @Test
    void interruptOfTheCallerCancelsTheTaskAndIsKept() throws Exception {
        var caller = new CompletableFuture<Thread>();
        FutureTask<Boolean> call = OtherThread.call(() -> {
            caller.complete(Thread.currentThread());
            try {
                return loop.call(() -> {
                    Async.sleepUntil(Long.MAX_VALUE);
                    return false;
                });
            } catch (CancelledException cancelled) {
                assertThat(cancelled).hasMessageContaining("the thread that waits for the call was interrupted");
                return Thread.currentThread().isInterrupted();
            }
        });

        driven.runUntil(() -> !loop.tasks().isEmpty());
        caller.get().interrupt();
        driven.runUntil(call::isDone);

        assertThat(call.get()).isTrue();
        driven.assertIdle();
    }

    @Test
    void callInATaskOfTheLoopRunsInLine() {
        assertThat(driven.call(() -> {
                    Task<?> outer = Async.currentTask();
                    return loop.call(() -> Async.currentTask() == outer);
                }))
                .isTrue();
    }

    @Test
    void callInATaskOfAnotherLoopParksIt() throws Exception {
        FutureTask<String> call = OtherThread.call(
                () -> EventLoop.run(() -> loop.call(() -> EventLoop.current().name())));

        driven.runUntil(call::isDone);

        assertThat(call.get()).isEqualTo("hand-driven");
    }

    @Test
    void callInTheThreadThatDrivesTheLoopIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> loop.call(() -> "never"))
                .withMessageContaining("this thread drives");

        driven.assertIdle();
    }

    @Test
    void callOfAClosedLoopIsRefused() throws Exception {
        loop.close();

        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> loop.call(() -> "never"));
    }

    @Test
    void callThatRunsWhenTheLoopClosesIsCancelled() throws Exception {
        var own = new HandDrivenLoop();
        FutureTask<String> call = OtherThread.call(() -> own.loop.call(() -> {
            Async.sleepUntil(Long.MAX_VALUE);
            return "never";
        }));
        own.runUntil(() -> !own.loop.tasks().isEmpty());

        own.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(call::get)
                .withCauseInstanceOf(CancelledException.class);
    }

    // ---- cancellation of a calling task

    private static void assertCancelled(HandDrivenLoop driven, Task<?> task) {
        driven.runUntil(task::isDone);
        assertThat(task.state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void cancellationOfTheCallingTaskIsItsOwnAndCancelsTheOtherTask() {
        var cleanedUp = new CountDownLatch(1);
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> other.call(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    cleanedUp.countDown();
                }
            }));

            task.cancel("enough");

            assertCancelled(driven, task);
            assertThat(cleanedUp.getCount()).isZero();
        }
    }

    @Test
    void timeOutAroundACallIsATimeOut() {
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(ONE_SECOND, () -> other.call(() -> sleep(ONE_DAY)))));

            driven.advance(ONE_SECOND);
            driven.runUntil(task::isDone);

            assertThat(task.state()).isEqualTo(State.SUCCESS);
        }
    }

    @Test
    void interruptOfTheCallingTaskIsACancellation() {
        var thread = new ArrayList<Thread>();
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> {
                thread.add(Thread.currentThread());
                other.call(() -> sleep(ONE_DAY));
            });

            thread.getFirst().interrupt();

            assertCancelled(driven, task);
        }
    }

    @Test
    void interruptOfTheCallingTaskInAShieldIsACancellationThatWaits() {
        var thread = new ArrayList<Thread>();
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> {
                thread.add(Thread.currentThread());
                assertThatExceptionOfType(CancelledException.class)
                        .isThrownBy(() -> shield(ONE_DAY, () -> other.call(() -> sleep(ONE_DAY))));
                sleep(ONE_DAY);
            });

            thread.getFirst().interrupt();

            assertCancelled(driven, task);
        }
    }

    @Test
    void cancellationOfTheOtherTaskAloneIsNotTheCallers() {
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> assertThatExceptionOfType(CancelledException.class)
                    .isThrownBy(() -> other.call(() -> {
                        currentTask().cancel("by itself");
                        sleep(ONE_DAY);
                    }))
                    .withMessageContaining("by itself"));

            driven.runUntil(task::isDone);

            assertThat(task.state()).isEqualTo(State.SUCCESS);
        }
    }

    @Test
    void callingTaskSaysWhatItWaitsFor() {
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> other.call(() -> sleep(ONE_DAY)));

            assertThat(task.waitsFor()).startsWith("task-");

            task.cancel("the test is over");
            driven.runUntil(task::isDone);
        }
    }

    // ---- bodies that end by an InterruptedException

    private static String failByInterrupt() throws InterruptedException {
        throw new InterruptedException("mine");
    }

    private static String waitForNothing() throws InterruptedException {
        new CountDownLatch(1).await();
        return "never";
    }

    @Test
    void interruptedExceptionOfTheBodyIsAFailureLikeAnyOther() throws Exception {
        FutureTask<Boolean> call = OtherThread.call(() -> {
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> loop.call(() -> failByInterrupt()))
                    .withMessage("mine");
            return Thread.currentThread().isInterrupted();
        });

        driven.runUntil(call::isDone);

        assertThat(call.get()).as("interrupted").isFalse();
        driven.assertIdle();
    }

    @Test
    void interruptedExceptionOfTheBodyIsNoCancellationOfTheCallingTask() {
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> {
                assertThatExceptionOfType(InterruptedException.class)
                        .isThrownBy(() -> other.call(() -> failByInterrupt()))
                        .withMessage("mine");
                sleep(ONE_SECOND);
            });

            driven.runUntil(() -> loop.statistics().timers() == 1);
            driven.advance(ONE_SECOND);

            assertThat(task.state()).isEqualTo(State.SUCCESS);
        }
    }

    @Test
    void interruptOfTheCallerEndsABodyThatBlocksInTheJdk() throws Exception {
        var caller = new CompletableFuture<Thread>();
        FutureTask<Boolean> call = OtherThread.call(() -> {
            caller.complete(Thread.currentThread());
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> loop.call(() -> waitForNothing()));
            return Thread.currentThread().isInterrupted();
        });

        driven.runUntil(() -> !loop.tasks().isEmpty());
        caller.get().interrupt();
        driven.runUntil(call::isDone);

        assertThat(call.get()).as("interrupted").isTrue();
        driven.assertIdle();
    }

    /** Each of the interrupts is told to the task; none is taken for its outcome. */
    @Test
    void callerThatIsInterruptedAgainWaitsForTheEndOfTheBody() throws Exception {
        var caller = new CompletableFuture<Thread>();
        var cleaningUp = new CountDownLatch(1);
        LoopFuture<String> end = loop.createFuture();
        FutureTask<String> call = OtherThread.call(() -> {
            caller.complete(Thread.currentThread());
            String value = loop.call(() -> {
                try {
                    return waitForNothing();
                } catch (InterruptedException e) {
                    cleaningUp.countDown();
                    return shield(ONE_DAY, () -> end.await());
                }
            });
            return value + Thread.interrupted();
        });

        driven.runUntil(() -> !loop.tasks().isEmpty());
        caller.get().interrupt();
        driven.runUntil(() -> cleaningUp.getCount() == 0);
        caller.get().interrupt();
        driven.settle();
        assertThat(call.isDone()).isFalse();
        end.setResult("value");
        driven.runUntil(call::isDone);

        assertThat(call.get()).isEqualTo("valuetrue");
        driven.assertIdle();
    }

    @Test
    void interruptedExceptionOfTheBodyComesOutAlthoughTheCallerIsInterrupted() throws Exception {
        var caller = new CompletableFuture<Thread>();
        FutureTask<Boolean> call = OtherThread.call(() -> {
            caller.complete(Thread.currentThread());
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> loop.call(() -> {
                        try {
                            sleep(ONE_DAY);
                        } catch (CancelledException e) {
                            throw new InterruptedException("mine");
                        }
                    }))
                    .withMessage("mine");
            return Thread.currentThread().isInterrupted();
        });

        driven.runUntil(() -> !loop.tasks().isEmpty());
        caller.get().interrupt();
        driven.runUntil(call::isDone);

        assertThat(call.get()).as("interrupted").isTrue();
        driven.assertIdle();
    }

    @Test
    void cancellationOfTheCallingTaskEndsABodyThatBlocksInTheJdk() {
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> other.call(() -> waitForNothing()));

            task.cancel("enough");

            assertCancelled(driven, task);
        }
    }

    @Test
    void timeOutAroundACallOfABodyThatBlocksInTheJdkIsATimeOut() {
        try (LoopPortal other = LoopPortal.start()) {
            Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(ONE_SECOND, () -> other.call(() -> waitForNothing()))));

            driven.advance(ONE_SECOND);
            driven.runUntil(task::isDone);

            assertThat(task.state()).isEqualTo(State.SUCCESS);
        }
    }
}
