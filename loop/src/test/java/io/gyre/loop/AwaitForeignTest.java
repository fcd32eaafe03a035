package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code Async.await} of what other libraries hand out. */
class AwaitForeignTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final CompletableFuture<String> future = new CompletableFuture<>();

    private Task<@Nullable Throwable> causeOf(Awaiting awaiting) {
        return driven.start(() -> {
            try {
                awaiting.await();
                return null;
            } catch (CompletionException e) {
                return e.getCause();
            }
        });
    }

    @FunctionalInterface
    private interface Awaiting {
        void await();
    }

    @Test
    void valueOfAStageIsReturned() {
        CompletionStage<String> stage = future;
        Task<String> task = driven.start(() -> Async.await(stage));
        assertThat(task.isDone()).isFalse();

        future.complete("value");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
        driven.assertIdle();
    }

    @Test
    void valueThatIsThereIsReturnedAtOnce() {
        future.complete("value");

        assertThat(driven.call(() -> Async.await(future))).isEqualTo("value");
    }

    @Test
    void valueMayComeFromAnotherThread() throws Exception {
        Task<String> task = driven.start(() -> Async.await(future.thenApply(value -> value + "!")));

        OtherThread.run(() -> future.complete("value")).get();
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value!");
    }

    @Test
    void failureOfAStageIsTheCause() {
        var failure = new IOException("boom");
        Task<@Nullable Throwable> direct = causeOf(() -> Async.await(future));
        Task<@Nullable Throwable> dependent = causeOf(() -> Async.await(future.thenApply(value -> value)));

        future.completeExceptionally(failure);
        driven.settle();

        assertThat(direct.resultNow()).isSameAs(failure);
        assertThat(dependent.resultNow())
                .as("without the wrapping of CompletableFuture")
                .isSameAs(failure);
    }

    @Test
    void cancelOfAStageIsTheCause() {
        Task<@Nullable Throwable> task = causeOf(() -> Async.await(future));

        future.cancel(false);
        driven.settle();

        assertThat(task.resultNow()).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancelOfTheWaiterLeavesTheStageAlone() {
        Task<String> task = driven.start(() -> Async.await(future));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(future).isNotDone();
        future.complete("nobody wants it any more");
        driven.assertIdle();
    }

    @Test
    void stageThatCompletesAfterTheLoopHasClosedHarmsNobody() {
        driven.start(() -> Async.await(future));
        loop.close();

        assertThat(future.complete("late")).isTrue();
    }

    @Test
    void waiterNamesTheStage() {
        Task<String> task = driven.start(() -> Async.await(future));

        assertThat(task.waitsFor()).isEqualTo("a CompletableFuture (Not completed, 1 dependents)");

        future.complete("value");
        driven.settle();
    }

    @Test
    void valueOfAFutureTaskIsReturned() {
        var futureTask = new FutureTask<>(() -> "value");
        Task<String> task = driven.start(() -> Async.await(futureTask));
        assertThat(task.isDone()).isFalse();
        assertThat(task.waitsFor())
                .isEqualTo("a FutureTask (Not completed, task = a lambda of " + AwaitForeignTest.class.getName() + ")");

        futureTask.run();
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
        driven.assertIdle();
    }

    @Test
    void failureOfAFutureTaskIsTheCause() {
        var failure = new IOException("boom");
        var futureTask = new FutureTask<String>(() -> {
            throw failure;
        });
        Task<@Nullable Throwable> task = causeOf(() -> Async.await(futureTask));

        futureTask.run();
        driven.settle();

        assertThat(task.resultNow()).isSameAs(failure);
    }

    @Test
    void cancelOfAFutureTaskIsTheCause() {
        var futureTask = new FutureTask<>(() -> "never");
        Task<@Nullable Throwable> task = causeOf(() -> Async.await(futureTask));

        futureTask.cancel(true);
        driven.settle();

        assertThat(task.resultNow()).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancelOfTheWaiterLeavesTheFutureTaskAlone() {
        var futureTask = new FutureTask<>(() -> "value");
        Task<String> task = driven.start(() -> Async.await(futureTask));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(futureTask).isNotDone();
    }

    @Test
    void awaitableThatIsSeenAsAFutureSuspendsLikeOne() {
        LoopFuture<String> own = loop.createFuture();
        Future<String> seen = own;
        Task<String> task = driven.start(() -> Async.await(seen));
        assertThat(task.waitsFor()).isEqualTo(own.toString());

        own.setResult("value");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void interruptWhileAwaitingAFutureTaskIsACancellation() {
        var futureTask = new FutureTask<>(() -> "value");
        Task<String> task = driven.start(() -> Async.await(futureTask));

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(task::get)
                .withMessageContaining(
                        "its thread was interrupted while waiting for a FutureTask (Not completed, task ="
                                + " a lambda of " + AwaitForeignTest.class.getName() + ")");
    }

    @Test
    void waitsThatAreCancelledLeaveNothingAtTheStage() {
        Future<String> declaredAsFuture = future;
        for (int i = 0; i < 3; i++) {
            List<Task<?>> waiters =
                    List.of(driven.start(() -> Async.await(future)), driven.start(() -> Async.await(declaredAsFuture)));
            waiters.forEach(waiter -> waiter.cancel("enough"));
            driven.settle();
        }

        assertThat(future.getNumberOfDependents()).isZero();
    }

    @Test
    void stageThatCanBeNothingElseIsAwaitedToo() {
        CompletionStage<String> stage = future.minimalCompletionStage();
        Task<?> cancelled = driven.start(() -> Async.await(stage));
        Task<String> waiting = driven.start(() -> Async.await(stage));

        cancelled.cancel("enough");
        future.complete("value");
        driven.settle();

        assertThat(waiting.resultNow()).isEqualTo("value");
    }
}
