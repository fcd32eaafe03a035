package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private Task<String> failing(Throwable failure) {
        Task<String> task = loop.createTask("failing", () -> {
            switch (failure) {
                case Error error -> throw error;
                case Exception exception -> throw exception;
                default -> throw new IllegalArgumentException(failure);
            }
        });
        task.whenDone(done -> {}); // nothing is to be reported
        return task;
    }

    private Task<String> sleeper() {
        return loop.createTask("sleeper", () -> {
            sleep(ONE_SECOND);
            return "rested";
        });
    }

    @Test
    void nameIsTheGivenOne() {
        Task<String> task =
                loop.createTask("reader", () -> Thread.currentThread().getName());

        driven.settle();

        assertThat(task.name()).isEqualTo("reader");
        assertThat(task).hasToString("task 'reader'");
        assertThat(task.resultNow()).as("name of the thread").isEqualTo("reader");
    }

    @Test
    void taskWithoutANameIsNamedByItsId() {
        Task<Long> task = driven.start(() -> Thread.currentThread().threadId());

        assertThat(task.id()).isEqualTo(task.resultNow());
        assertThat(task.name()).isEqualTo("task-" + task.id());
        assertThat(task).hasToString(task.name());
        assertThat(task.loop()).isSameAs(loop);
    }

    @Test
    void newNameIsThatOfTheTaskItsThreadAndItsFailure() {
        Task<String> task = loop.createTask("reader", () -> {
            currentTask().setName("reader of a.txt");
            return Thread.currentThread().getName();
        });

        driven.settle();

        assertThat(task.resultNow()).as("name of the thread").isEqualTo("reader of a.txt");
        assertThat(task.name()).isEqualTo("reader of a.txt");
        assertThat(task).hasToString("task 'reader of a.txt'");
    }

    @Test
    void taskIsRenamedBeforeItBeginsWhileItWaitsAndWhenItIsDone() {
        Task<String> task = sleeper();
        task.setName("begins soon");
        assertThat(task).hasToString("task 'begins soon'");
        driven.settle();

        task.setName("sleeps");
        assertThat(task).hasToString("task 'sleeps'");
        driven.ticker.advance(ONE_SECOND);
        driven.settle();

        task.setName("was here");
        assertThat(task.isDone()).isTrue();
        assertThat(task).hasToString("task 'was here'");
    }

    @Test
    void anotherThreadRenamesATask() throws Exception {
        Task<String> task = sleeper();

        OtherThread.run(() -> task.setName("renamed")).get();

        assertThat(task.name()).isEqualTo("renamed");
    }

    @Test
    void emptyNameIsTheDefaultAndNoNameIsRefused() {
        Task<String> task = sleeper();

        task.setName("");

        assertThat(task.name()).isEqualTo("task-" + task.id());
        assertThatNullPointerException().isThrownBy(() -> task.setName(nothing()));
        assertThat(task).hasToString("task-" + task.id());
    }

    @SuppressWarnings("NullAway") // misuse
    private static String nothing() {
        return null;
    }

    @Test
    void messageShortensAndEscapesANameHoweverLong() {
        Task<String> task = sleeper();

        task.setName("a\nb" + "c".repeat(100_000));

        assertThat(task.toString()).startsWith("task 'a\\nbccc").hasSizeLessThan(1_000);
    }

    @Test
    void taskThatRunsCallbacksKeepsItsName() {
        loop.callSoon(() -> {
            Task<?> runner = currentTask();
            String before = runner.name();
            assertThatIllegalStateException()
                    .isThrownBy(() -> runner.setName("mine"))
                    .withMessageContaining("runs the callbacks of " + loop);
            log.add(before.equals(runner.name()) ? "kept" : runner.name());
        });

        driven.settle();

        assertThat(log).containsExactly("kept");
    }

    @Test
    void currentTaskIsTheOneThatAsks() {
        Task<Task<?>> task = driven.start(() -> currentTask());

        assertThat(task.resultNow()).isSameAs(task);
    }

    @Test
    void allWaysOfCreatingATaskRunIt() {
        driven.run(() -> {
            createTask(() -> log.add("value"));
            createTask(() -> {
                log.add("void");
            });
            createTask("named", () -> log.add(currentTask().name() + " value"));
            createTask("named", () -> {
                log.add(currentTask().name() + " void");
            });
            LowLevel.createTask("low", this, () -> log.add(currentTask().name()));
        });

        assertThat(log).containsExactly("value", "void", "named value", "named void", "low");
    }

    @Test
    void stateFollowsTheBody() {
        Task<String> task = sleeper();

        assertThat(task.state()).as("before it begins").isEqualTo(State.RUNNING);
        driven.settle();
        assertThat(task.state()).as("parked").isEqualTo(State.RUNNING);
        assertThat(task.isDone()).isFalse();
        driven.advance(ONE_SECOND);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        assertThat(task.isDone()).isTrue();
        assertThat(task.isCancelled()).isFalse();
        assertThat(task.resultNow()).isEqualTo("rested");
        assertThatIllegalStateException().isThrownBy(task::exceptionNow).withMessageContaining("has not failed");
    }

    @Test
    void failedTaskHasItsException() {
        var failure = new IOException("boom");
        Task<String> task = failing(failure);

        driven.settle();

        assertThat(task.state()).isEqualTo(State.FAILED);
        assertThat(task.exceptionNow()).isSameAs(failure);
        assertThat(task.isCancelled()).isFalse();
        assertThatIllegalStateException()
                .isThrownBy(task::resultNow)
                .withMessageContaining("task 'failing' has no result: it is FAILED");
    }

    @Test
    void cancelledTaskIsCancelled() {
        Task<String> task = sleeper();
        driven.settle();

        task.cancel("enough");
        driven.settle();

        assertThat(task.state()).isEqualTo(State.CANCELLED);
        assertThat(task.isCancelled()).isTrue();
        assertThatIllegalStateException().isThrownBy(task::exceptionNow);
        assertThatIllegalStateException().isThrownBy(task::resultNow);
    }

    @Test
    void nullIsAResult() {
        Task<@Nullable String> task = loop.createTask(() -> null);

        driven.settle();

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        assertThat(task.resultNow()).isNull();
    }

    @Test
    void severalTasksAwaitOneInOrderOfTheirArrival() {
        Task<String> sleeper = sleeper();
        for (String name : List.of("a", "b", "c")) {
            loop.createTask(() -> log.add(name + " " + sleeper.await()));
        }

        driven.settle();
        assertThat(log).isEmpty();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a rested", "b rested", "c rested");
    }

    @Test
    void awaitOfADoneTaskReturnsAtOnce() {
        Task<String> done = driven.start(() -> "done");

        assertThat(driven.call(() -> done.await() + Async.await(done) + done.get()))
                .isEqualTo("donedonedone");
    }

    @Test
    void taskThatAwaitsItselfIsTold() {
        Task<String> task =
                loop.createTask("narcissus", () -> String.valueOf(currentTask().await()));
        task.whenDone(done -> {});

        driven.settle();

        assertThat(task.exceptionNow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("task 'narcissus' awaits itself and would never end");
    }

    @Test
    void awaitOfAFailedTaskThrowsCompletionExceptionWithTheCause() {
        var failure = new IOException("boom");
        Task<String> task = failing(failure);

        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(task::await)
                .withMessage("task 'failing' failed: java.io.IOException: boom")
                .withCause(failure));
    }

    @Test
    void awaitOfACancelledTaskThrowsCompletionExceptionAndNotCancelledException() {
        Task<String> task = sleeper();
        task.cancel("enough");

        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(task::await)
                .withCauseInstanceOf(CancelledException.class));
    }

    @Test
    void getInATaskOfTheSameLoopSuspends() {
        Task<String> sleeper = sleeper();
        Task<String> waiter = driven.start(() -> sleeper.get());

        assertThat(waiter.waitsFor()).isEqualTo("task 'sleeper'");
        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow()).isEqualTo("rested");
    }

    @Test
    void getFromAnotherThreadWaitsForTheResult() throws Exception {
        Task<String> sleeper = sleeper();
        FutureTask<String> other = OtherThread.call(sleeper::get);
        driven.runUntil(() -> !loop.core.foreignWaiters.isEmpty());

        driven.advance(ONE_SECOND);

        assertThat(other.get()).isEqualTo("rested");
        driven.assertIdle();
    }

    @Test
    void getFromAnotherThreadThrowsWhatTheTaskThrew() throws Exception {
        var failure = new IOException("boom");
        Task<String> failed = failing(failure);
        Task<String> cancelled = sleeper();
        cancelled.cancel("enough");
        driven.settle();

        OtherThread.run(() -> {
                    assertThatExceptionOfType(ExecutionException.class)
                            .isThrownBy(failed::get)
                            .withCause(failure);
                    assertThatExceptionOfType(CancellationException.class)
                            .isThrownBy(cancelled::get)
                            .withMessageContaining("enough");
                })
                .get();
    }

    @Test
    void getWithTimeOutGivesUpAndLeavesNothingBehind() throws Exception {
        Task<String> sleeper = sleeper();
        FutureTask<?> other = OtherThread.run(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> sleeper.get(1, TimeUnit.MILLISECONDS))
                .withMessage("task 'sleeper' was not done within 1 milliseconds"));

        driven.runUntil(other::isDone);

        other.get();
        driven.settle();
        assertThat(loop.core.foreignWaiters).isEmpty();
        assertThat(((Completion<?>) sleeper).isObserved()).isFalse();
        sleeper.cancel("over");
    }

    @Test
    void getWithTimeOutReturnsAResultInTime() throws Exception {
        Task<String> sleeper = sleeper();
        FutureTask<String> other = OtherThread.call(() -> sleeper.get(1, TimeUnit.DAYS));
        driven.runUntil(() -> !loop.core.foreignWaiters.isEmpty());

        driven.advance(ONE_SECOND);

        assertThat(other.get()).isEqualTo("rested");
        assertThat(sleeper.get(0, TimeUnit.DAYS)).isEqualTo("rested");
    }

    /** The result is set after the other thread has looked and before the loop has heard of it. */
    @Test
    void getThatCrossesTheResultReturnsIt() throws Exception {
        LoopFuture<String> future = loop.createFuture();
        var waiter = new FutureTask<>(future::get);
        Thread thread = Thread.ofPlatform().start(waiter);
        OtherThread.spinUntil(() -> thread.getState() == Thread.State.TIMED_WAITING);

        future.setResult("value");
        driven.tick();

        assertThat(waiter.get()).isEqualTo("value");
        assertThat(loop.core.foreignWaiters).isEmpty();
    }

    @Test
    void interruptEndsGetAndLeavesNothingBehind() throws Exception {
        Task<String> sleeper = sleeper();
        var waiter = new FutureTask<>(sleeper::get);
        Thread thread = Thread.ofPlatform().start(waiter);
        driven.runUntil(() -> !loop.core.foreignWaiters.isEmpty());

        thread.interrupt();
        driven.runUntil(() -> loop.core.foreignWaiters.isEmpty());

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waiter::get)
                .withCauseInstanceOf(InterruptedException.class);
        sleeper.cancel("over");
    }

    @Test
    void getOnTheThreadThatDrivesTheLoopIsRejected() throws Exception {
        Task<String> sleeper = sleeper();

        assertThatIllegalStateException()
                .isThrownBy(sleeper::get)
                .withMessageContaining("waiting for task 'sleeper' here would never end")
                .withMessageContaining("Use runUntilComplete");
        driven.settle();
        driven.advance(ONE_SECOND);
        assertThat(sleeper.get()).isEqualTo("rested");
    }

    @Test
    void getEndsWhenTheLoopCloses() throws Exception {
        LoopFuture<String> future = loop.createFuture();
        FutureTask<String> waiting = OtherThread.call(future::get);
        driven.runUntil(() -> !loop.core.foreignWaiters.isEmpty());

        loop.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waiting::get)
                .withCauseInstanceOf(LoopClosedException.class)
                .withMessageContaining("will not be completed");
    }

    @Test
    void taskOfAnotherLoopCanBeAwaited() throws Exception {
        var release = new CountDownLatch(1);
        LoopFuture<String> future = loop.createFuture();
        FutureTask<String> other = OtherThread.call(() -> EventLoop.run(() -> {
            release.countDown();
            return future.await();
        }));
        release.await();
        driven.runUntil(() -> !loop.core.foreignWaiters.isEmpty());

        future.setResult("from here");

        assertThat(other.get()).isEqualTo("from here");
    }

    @Test
    void cancelEndsAwaitOfAnotherLoop() throws Exception {
        LoopFuture<String> future = loop.createFuture();
        FutureTask<State> other = OtherThread.call(() -> EventLoop.run(() -> {
            Task<String> waiter = createTask(() -> future.await());
            while (waiter.waitsFor() == null || loop.core.foreignWaiters.isEmpty()) {
                yieldNow();
            }
            waiter.cancel("enough");
            while (!waiter.isDone()) {
                yieldNow();
            }
            return waiter.state();
        }));

        driven.runUntil(other::isDone);

        assertThat(other.get()).isEqualTo(State.CANCELLED);
        driven.settle();
        assertThat(loop.core.foreignWaiters).isEmpty();
    }

    @Test
    void doneCallbacksRunInOrderOfRegistration() {
        Task<String> task = sleeper();
        task.whenDone(done -> log.add("first " + done.resultNow()));
        task.whenDone(done -> log.add("second"));
        driven.settle();
        assertThat(log).isEmpty();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("first rested", "second");
    }

    @Test
    void doneCallbackOfADoneTaskRunsInTheNextTick() {
        Task<String> task = driven.start(() -> "done");

        task.whenDone(done -> log.add(done.resultNow()));
        assertThat(log).isEmpty();
        driven.tick();

        assertThat(log).containsExactly("done");
    }

    @Test
    void doneCallbackCanBeTakenBack() {
        Task<String> task = sleeper();
        Handle handle = task.whenDone(done -> log.add("never"));
        driven.settle();

        handle.cancel();
        driven.advance(ONE_SECOND);

        assertThat(log).isEmpty();
        assertThat(handle.isCancelled()).isTrue();
    }

    @Test
    void completionStageFollowsTheTask() {
        Task<String> task = sleeper();
        task.toCompletionStage().thenAccept(value -> log.add(value + " on the loop: " + loop.inLoop()));
        failing(new IOException("boom")).toCompletionStage().whenComplete((value, failure) -> log.add("" + failure));
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(log)
                .containsExactly(
                        "java.util.concurrent.CompletionException: java.io.IOException: boom",
                        "rested on the loop: true");
    }

    @Test
    @Feature("Introspection: tasks and counters of a loop")
    void tasksAreListedInOrderOfCreationUntilTheyAreDone() {
        Task<String> first = sleeper();
        Task<String> second = loop.createTask("second", () -> "at once");
        Task<String> third = sleeper();
        assertThat(loop.tasks()).containsExactly(first, second, third);

        driven.settle();
        assertThat(loop.tasks()).containsExactly(first, third);
        driven.advance(ONE_SECOND);

        assertThat(loop.tasks()).isEmpty();
    }

    @Test
    void statisticsCountWhatTheLoopHolds() {
        sleeper();
        driven.settle();
        loop.callLater(ONE_SECOND, () -> {});
        loop.callSoon(() -> {});
        long ticks = loop.statistics().ticks();

        assertThat(loop.statistics()).isEqualTo(new LoopStatistics(ticks, 1, 1, 2, 0));
        driven.tick();

        assertThat(loop.statistics().ticks()).isEqualTo(ticks + 1);
        driven.advance(ONE_SECOND);
        driven.assertIdle();
    }

    @Test
    void taskSaysWhatItWaitsFor() {
        Task<String> sleeper = sleeper();
        Task<String> waiter = loop.createTask("waiter", () -> sleeper.await());
        assertThat(sleeper.waitsFor()).as("not begun").isNull();

        driven.settle();
        assertThat(sleeper.waitsFor()).isEqualTo("a sleep, due in 1000 ms");
        assertThat(waiter.waitsFor()).isEqualTo("task 'sleeper'");
        driven.advance(ONE_SECOND);

        assertThat(sleeper.waitsFor()).as("done").isNull();
    }

    @Test
    void readyTaskWaitsForNothing() {
        Task<String> task = sleeper();
        driven.settle();

        task.cancel("makes it ready");

        assertThat(task.waitsFor()).isNull();
    }

    @Test
    void runningTaskWaitsForNothing() {
        assertThat(driven.<@Nullable String>call(() -> currentTask().waitsFor()))
                .isNull();
    }

    @Test
    void taskThatBlocksInTheJdkSaysWhere() {
        var latch = new CountDownLatch(1);
        Task<?> task = driven.start(() -> latch.await());

        assertThat(task.waitsFor()).startsWith("a blocking call in ").contains("java.");

        latch.countDown();
        driven.settle();
    }

    @Test
    void stackTraceShowsWhereTheBodyIs() {
        Task<String> task = sleeper();
        assertThat(task.stackTrace()).isEmpty();

        driven.settle();
        assertThat(task.stackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("park", "until", "sleep")
                .anyMatch(method -> method.startsWith("lambda$sleeper$"));
        driven.advance(ONE_SECOND);

        assertThat(task.stackTrace()).isEmpty();
    }
}
