package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.wrapFuture;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.Handle;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

class TaskFeaturesTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    private final List<String> log = new ArrayList<>();

    @LoopTest
    @Feature("Spawn a task")
    void createTaskReturnsAHandle(EventLoop loop) {
        Task<String> task = createTask(() -> "value");
        Task<?> ofLoop = loop.createTask(() -> log.add("ran"));

        assertThat(task.isDone()).as("begins in the next tick").isFalse();
        assertThat(task.loop()).isSameAs(loop);
        assertThat(task.await()).isEqualTo("value");
        ofLoop.await();
        assertThat(log).containsExactly("ran");
    }

    @LoopTest
    @Feature("Strong references to running tasks")
    void loopHoldsATaskByAStrongReferenceUntilItIsDone(EventLoop loop) {
        var futures = new ArrayList<WeakReference<LoopFuture<String>>>();
        createTask(() -> {
            LoopFuture<String> future = loop.createFuture();
            futures.add(new WeakReference<>(future));
            log.add(future.await());
        });
        awaitAllTasksParked();

        System.gc();

        LoopFuture<String> future = Objects.requireNonNull(futures.getFirst().get(), "the task has vanished");
        assertThat(loop.tasks()).hasSize(2);
        future.setResult("still there");
        awaitAllTasksParked();
        assertThat(log).containsExactly("still there");
        assertThat(loop.tasks()).containsExactly(currentTask());
    }

    @LoopTest
    @Feature("Name, number and context of a task")
    void taskHasANameAnIdAndTheContextOfItsCreator() {
        Task<String> named = ScopedValue.where(USER, "ann").call(() -> createTask("mine", USER::get));
        Task<String> unnamed = createTask(() -> currentTask().name());

        assertThat(named.name()).isEqualTo("mine");
        assertThat(named.await()).as("the context").isEqualTo("ann");
        assertThat(unnamed.id()).isNotEqualTo(named.id());
        assertThat(unnamed.await()).isEqualTo("task-" + unnamed.id());
    }

    @LoopTest
    @Feature("Rename a task")
    void renamedTaskHasItsNameInMessagesAndThreadDumps() {
        Task<String> task = createTask("connection", () -> {
            currentTask().setName("connection of ann");
            return Thread.currentThread().getName();
        });

        assertThat(task.await()).isEqualTo("connection of ann");
        assertThat(task).hasToString("task 'connection of ann'");
    }

    @LoopTest
    @Feature("Non-blocking state and result")
    void stateQueriesTellDoneCancelledExceptionAndResult() {
        var failure = new IOException("boom");
        Task<String> good = createTask(() -> "value");
        Task<String> bad = createTask(() -> {
            throw failure;
        });
        bad.whenDone(done -> {});
        Task<?> cancelled = createTask(() -> sleep(ONE_DAY));
        cancelled.cancel("enough");

        assertThat(good.state()).isEqualTo(State.RUNNING);
        assertThatIllegalStateException().isThrownBy(good::resultNow);
        yieldNow();

        assertThat(good.isDone()).isTrue();
        assertThat(good.state()).isEqualTo(State.SUCCESS);
        assertThat(good.resultNow()).isEqualTo("value");
        assertThat(bad.state()).isEqualTo(State.FAILED);
        assertThat(bad.exceptionNow()).isSameAs(failure);
        assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
        assertThat(cancelled.isCancelled()).isTrue();
    }

    @LoopTest
    @Feature("Await (join) a task")
    void awaitAndGetReturnTheResultOrThrow(VirtualClock clock) throws Exception {
        Task<String> slow = createTask(() -> {
            sleep(ONE_DAY);
            return "value";
        });
        assertThat(slow.get()).as("parks the task alone").isEqualTo("value");
        assertThat(slow.await()).isEqualTo("value");
        assertThat(clock.elapsed()).isEqualTo(ONE_DAY);
        Task<String> task = createTask(() -> "for another thread");
        assertThat(OtherThread.call(task::get).get()).isEqualTo("for another thread");

        Task<String> bad = createTask(() -> {
            throw new IOException("boom");
        });
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(bad::await)
                .withCauseExactlyInstanceOf(IOException.class);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(bad::get)
                .withCauseExactlyInstanceOf(IOException.class);
    }

    @LoopTest
    @Feature("Done callbacks")
    void doneCallbacksAreAddedAndRemovedAndAStageFollows() {
        Task<String> task = createTask(() -> "value");
        task.whenDone(done -> log.add("first " + done.resultNow()));
        Handle second = task.whenDone(done -> log.add("second"));
        task.whenDone(done -> log.add("third"));
        CompletionStage<Void> stage = task.toCompletionStage().thenAccept(value -> log.add("stage " + value));

        second.cancel();
        Async.await(stage);

        assertThat(log).containsExactly("first value", "third", "stage value");
    }

    @LoopTest
    @Feature("Futures and promises")
    void plainFutureIsBoundToItsLoop(EventLoop loop) throws Exception {
        LoopFuture<String> value = loop.createFuture();
        loop.callSoon(() -> value.setResult("value"));
        assertThat(value.await()).isEqualTo("value");
        assertThatIllegalStateException().isThrownBy(() -> value.setResult("once more"));

        LoopFuture<String> failed = loop.createFuture();
        failed.setException(new IOException("boom"));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(failed::await)
                .withCauseExactlyInstanceOf(IOException.class);

        LoopFuture<String> cancelled = loop.createFuture();
        cancelled.cancel(true);
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(cancelled::await)
                .withCauseInstanceOf(CancellationException.class);

        LoopFuture<String> foreign = loop.createFuture();
        OtherThread.run(() -> assertThatExceptionOfType(WrongThreadException.class)
                        .isThrownBy(() -> foreign.setResult("from another thread")))
                .get();
    }

    @LoopTest
    @Feature("`CompletionStage` interoperability")
    void awaitAnyStageOrFutureOfTheJdkAndTheOtherWayRound() throws Exception {
        assertThat(Async.await(CompletableFuture.supplyAsync(() -> "stage"))).isEqualTo("stage");
        assertThat(Async.await((Future<String>) OtherThread.call(() -> "java future")))
                .isEqualTo("java future");
        var source = new CompletableFuture<String>();
        LoopFuture<String> wrapped = wrapFuture(source);
        source.complete("wrapped");
        assertThat(wrapped.await()).isEqualTo("wrapped");

        Future<String> asFuture = createTask(() -> "as a future");
        assertThat(asFuture.get()).isEqualTo("as a future");
        CompletableFuture<String> asStage =
                createTask(() -> "as a stage").toCompletionStage().toCompletableFuture();
        assertThat(asStage.get()).isEqualTo("as a stage");
    }

    private static void outermost() {
        innermost();
    }

    private static void innermost() {
        sleep(ONE_DAY);
    }

    @LoopTest
    @Feature("Stack trace of a suspended task")
    void stackOfASuspendedTaskIsWhole() {
        Task<?> task = createTask(TaskFeaturesTest::outermost);
        awaitAllTasksParked();

        assertThat(task.stackTrace())
                .extracting(StackTraceElement::getMethodName)
                .containsSubsequence("sleep", "innermost", "outermost");
        task.cancelAndJoin("the test is over");
    }

    @LoopTest
    @Feature("Start a task and wait until it is ready (`nursery.start`)")
    void startWaitsUntilTheChildSaysThatItIsReady(VirtualClock clock) {
        TaskGroup.run(group -> {
            int port = group.start(ready -> {
                sleep(Duration.ofSeconds(1));
                ready.setResult(8080);
                sleep(ONE_DAY);
                return "served";
            });

            assertThat(port).isEqualTo(8080);
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
            assertThat(group.tasks()).as("it goes on").hasSize(1);
            group.cancel("the test is over");
        });

        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> TaskGroup.run(group -> group.start(ready -> {
                    throw new NotReadyException();
                })))
                .withCauseExactlyInstanceOf(NotReadyException.class)
                .isNotInstanceOf(CancelledException.class);
    }

    @Test
    @Feature("System tasks")
    void systemTasksAreCancelledWhenTheOthersHaveEnded() {
        EventLoop.run(() -> {
            EventLoop.current().createSystemTask("log writer", () -> sleepAndLog("system task"));
            createTask(() -> sleepAndLog("task"));
            yieldNow();
        });

        assertThat(log).containsExactly("task", "system task");
    }

    private void sleepAndLog(String line) {
        try {
            sleep(ONE_DAY);
        } finally {
            log.add(line);
        }
    }

    private static final class NotReadyException extends Exception {
        private static final long serialVersionUID = 1;
    }
}
