package io.gyre.loop;

import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.spi.RemoteExecutor;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;

/**
 * Functions for tasks, meant to be imported statically.
 *
 * {@snippet :
 * import static io.gyre.loop.Async.*;
 *
 * EventLoop.run(() -> {
 *     var slow = createTask(() -> {
 *         sleep(Duration.ofSeconds(2));
 *         return "done";
 *     });
 *     System.out.println(slow.await());
 * });
 * }
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop. Elsewhere, each function except
 * {@link #unwrap} throws an {@link IllegalStateException} that says how to enter a loop.
 *
 * <p><b>Cancellation:</b> every suspending function is a checkpoint: in a cancelled task or scope it throws
 * {@link CancelledException}.
 */
public final class Async {
    private Async() {}

    /**
     * Starts a task on the current loop. It runs in the next tick at the earliest. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param body what it runs
     * @return the task
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task">asyncio.create_task</a>
     */
    public static <T extends @Nullable Object> Task<T> createTask(Callable<? extends T> body) {
        return LoopCore.current().start(null, body, body, null);
    }

    /**
     * Starts a task without a result. <b>Suspends:</b> no.
     *
     * @param body what it runs
     * @return the task
     */
    public static Task<@Nullable Void> createTask(VoidBody<?> body) {
        return LoopCore.current().start(null, body, body, null);
    }

    /**
     * Starts a task with a name. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public static <T extends @Nullable Object> Task<T> createTask(String name, Callable<? extends T> body) {
        return LoopCore.current().start(Objects.requireNonNull(name), body, body, null);
    }

    /**
     * Starts a task with a name and without a result. <b>Suspends:</b> no.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public static Task<@Nullable Void> createTask(String name, VoidBody<?> body) {
        return LoopCore.current().start(Objects.requireNonNull(name), body, body, null);
    }

    /**
     * {@return the calling task} In a callback, the task that runs callbacks. In a virtual thread that a task started
     * by itself, a task that stands for the thread; it is never done, because the loop does not learn when such a
     * thread ends.
     */
    public static Task<?> currentTask() {
        return VirtualThreadTask.current();
    }

    /**
     * Waits for the given time.
     *
     * <p><b>Suspends:</b> always, at least until the next tick. <b>Cancellation:</b> cancels the timer.
     *
     * @param delay how long; zero or less only lets other tasks run
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep">asyncio.sleep</a>
     */
    public static void sleep(Duration delay) {
        Sleep.until(LoopCore.current().time() + LoopCore.saturatedNanos(delay));
    }

    /**
     * Waits until the given instant.
     *
     * <p><b>Suspends:</b> always, at least until the next tick. <b>Cancellation:</b> cancels the timer.
     *
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     */
    public static void sleepUntil(long deadlineNanos) {
        Sleep.until(deadlineNanos);
    }

    /**
     * Waits until the task, or a scope around this call, is cancelled. Never returns.
     *
     * <p><b>Suspends:</b> always. <b>Cancellation:</b> the only end.
     *
     * @throws CancelledException always
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-core.html#trio.sleep_forever">trio sleep_forever</a>
     */
    public static void sleepForever() {
        Sleep.forever();
    }

    /**
     * Lets everything run that is ready now.
     *
     * <p><b>Suspends:</b> always. asyncio's {@code sleep(0)}.
     */
    public static void yieldNow() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        task.requireMaySuspend("let others run");
        task.yieldNow();
    }

    /**
     * Runs a body that must not suspend, because other code of the loop must not see what it has changed by half. A
     * call in the body that would suspend has no effect and throws {@link NotAtomicException}, which names the call.
     *
     * {@snippet :
     * atomic(() -> {
     *     from.withdraw(amount);
     *     audit(from, to, amount); // should it begin to write to a socket one day, it fails here, and is no race
     *     to.deposit(amount);
     * });
     * }
     *
     * <p>Calls that need not wait go through, for example {@code queue.get()} if there is an element; no forced yield
     * interrupts the body. These always count as calls that suspend: {@link #yieldNow}, sleeps, {@link #offload(Body)
     * offload}, task groups, {@link LowLevel#blocking LowLevel.blocking}, and waiting calls of a {@code ThreadChannel}. A body that catches the exception of a
     * refused call gets it once more at its end. Bodies may be nested.
     *
     * <p>A wait in the JDK itself (a lock, a socket, {@link Thread#sleep(long)}) cannot be refused: it suspends the task,
     * others run, and the exception comes when the body has ended. If the body fails by itself, that is thrown, and the
     * other is suppressed in it.
     *
     * <p><b>Confinement:</b> a task or callback. <b>Suspends:</b> no. <b>Cancellation:</b> a cancellation from before is
     * raised at the first checkpoint in the body, as everywhere, so also by a call that need not wait. None arrives
     * while the body runs, and no {@link #timeout(Duration, Body) timeout} ends in it, unless its time is zero: nothing else
     * runs on the loop.
     *
     * <p><b>Source:</b> none; in trio and asyncio the absence of {@code await} says it.
     *
     * @param <T> the result
     * @param <X> what the body may throw
     * @param body what to run
     * @return its result
     * @throws X what the body throws, unchanged
     * @throws NotAtomicException if the body would suspend, or has suspended
     */
    public static <T extends @Nullable Object, X extends Exception> T atomic(Body<T, X> body) throws X {
        return AtomicBody.run(VirtualThreadTask.current(), body);
    }

    /**
     * Does what {@link #atomic(Body)} does, for a body without a result.
     *
     * @param <X> what the body may throw
     * @param body what to run
     * @throws X what the body throws, unchanged
     * @throws NotAtomicException if the body would suspend, or has suspended
     */
    public static <X extends Exception> void atomic(VoidBody<X> body) throws X {
        AtomicBody.run(VirtualThreadTask.current(), new ResultlessBody<>(body));
    }

    /**
     * Throws if cancellation is pending; for long computations that do not suspend. <b>Suspends:</b> no.
     *
     * <p><b>Confinement:</b> a task or callback, or the thread that runs an offloaded call. Such a call sees the
     * cancellation of the task that waits for it, also under {@link OnCancel#WAIT} and {@link OnCancel#ABANDON}. In a
     * child JVM no cancellation is ever pending.
     *
     * @throws CancelledException if the task, or a scope around this call, is cancelled
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-core.html#trio.from_thread.check_cancelled">trio
     *     from_thread.check_cancelled</a>
     */
    public static void checkCancelled() {
        if (!OffloadedCode.isHere()) {
            VirtualThreadTask.current().checkCancelled();
            return;
        }
        CancelledException cancelled = OffloadedCode.cancellation();
        if (cancelled != null) {
            throw cancelled;
        }
    }

    /**
     * {@return whether {@link #checkCancelled} would throw} For code that ends by itself, with what it has so far.
     * <b>Confinement:</b> as there. <b>Suspends:</b> no.
     */
    public static boolean isCancelPending() {
        return OffloadedCode.isHere()
                ? OffloadedCode.cancellation() != null
                : VirtualThreadTask.current().isCancelPendingHere();
    }

    /**
     * {@return the instant at which a deadline will cancel the current code, in nanoseconds of
     * {@link EventLoop#time()}: the earliest deadline of all enclosing scopes, up to a shield. The current time if the
     * code is already cancelled, by a deadline or otherwise. Empty if there is no limit}
     *
     * <p><b>Suspends:</b> no.
     */
    public static OptionalLong effectiveDeadline() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.leaveEndedScopes();
        CancelScope scope = task.scope();
        return scope == null ? OptionalLong.empty() : scope.earliestDeadline();
    }

    /**
     * Runs a block with a time limit.
     *
     * <p><b>Suspends:</b> if the block does. When the time is up, the block's suspending calls throw
     * {@link CancelledException}. If the block returns a value nevertheless, the value is returned and nothing is
     * thrown.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param timeout how long; zero or less cancels the block at its first suspending call
     * @param body the block
     * @return its result
     * @throws X what the block throws
     * @throws TimeoutException if the time is up
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout">asyncio.timeout</a>
     */
    public static <T extends @Nullable Object, X extends Exception> T timeout(Duration timeout, Body<T, X> body)
            throws X {
        return cancelAt(deadlineIn(timeout), timeout, null, body);
    }

    /**
     * Does what {@link #timeout(Duration, Body)} does, and names the block in the message of the exception.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param timeout how long
     * @param what what the block does, as a noun: {@code the look-up of example.org}
     * @param body the block
     * @return its result
     * @throws X what the block throws
     * @throws TimeoutException if the time is up
     */
    public static <T extends @Nullable Object, X extends Exception> T timeout(
            Duration timeout, String what, Body<T, X> body) throws X {
        Objects.requireNonNull(what);
        return cancelAt(deadlineIn(timeout), timeout, what, body);
    }

    /**
     * Does what {@link #timeout(Duration, String, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param timeout how long
     * @param what what the block does, as a noun
     * @param body the block
     * @throws X what the block throws
     * @throws TimeoutException if the time is up
     */
    public static <X extends Exception> void timeout(Duration timeout, String what, VoidBody<X> body) throws X {
        timeout(timeout, what, new ResultlessBody<>(body));
    }

    /**
     * Does what {@link #timeout(Duration, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param timeout how long
     * @param body the block
     * @throws X what the block throws
     * @throws TimeoutException if the time is up
     */
    public static <X extends Exception> void timeout(Duration timeout, VoidBody<X> body) throws X {
        timeout(timeout, new ResultlessBody<>(body));
    }

    /**
     * Does what {@link #timeout(Duration, Body)} does, with a deadline.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     * @param body the block
     * @return its result
     * @throws X what the block throws
     * @throws TimeoutException if the instant has passed
     */
    public static <T extends @Nullable Object, X extends Exception> T timeoutAt(long deadlineNanos, Body<T, X> body)
            throws X {
        return cancelAt(deadlineNanos, null, null, body);
    }

    /**
     * Does what {@link #timeoutAt(long, Body)} does, and names the block in the message of the exception.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     * @param what what the block does, as a noun
     * @param body the block
     * @return its result
     * @throws X what the block throws
     * @throws TimeoutException if the instant has passed
     */
    public static <T extends @Nullable Object, X extends Exception> T timeoutAt(
            long deadlineNanos, String what, Body<T, X> body) throws X {
        Objects.requireNonNull(what);
        return cancelAt(deadlineNanos, null, what, body);
    }

    /**
     * Does what {@link #timeoutAt(long, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     * @param body the block
     * @throws X what the block throws
     * @throws TimeoutException if the instant has passed
     */
    public static <X extends Exception> void timeoutAt(long deadlineNanos, VoidBody<X> body) throws X {
        timeoutAt(deadlineNanos, new ResultlessBody<>(body));
    }

    /**
     * Does what {@link #timeoutAt(long, String, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     * @param what what the block does, as a noun
     * @param body the block
     * @throws X what the block throws
     * @throws TimeoutException if the instant has passed
     */
    public static <X extends Exception> void timeoutAt(long deadlineNanos, String what, VoidBody<X> body) throws X {
        timeoutAt(deadlineNanos, what, new ResultlessBody<>(body));
    }

    private static <T extends @Nullable Object, X extends Exception> T cancelAt(
            long deadlineNanos, @Nullable Duration timeout, @Nullable String what, Body<T, X> body) throws X {
        CancelScope scope = CancelScope.enter();
        try {
            scope.setDeadline(deadlineNanos);
            return body.run();
        } catch (Throwable failure) {
            if (scope.isCauseOf(failure)) {
                throw new TimeoutException(timeout, what, failure);
            }
            throw failure;
        } finally {
            scope.left = true;
            scope.leave();
        }
    }

    /**
     * Runs a block with a time limit, and continues without a result when the time is up.
     *
     * <p><b>Suspends:</b> if the block does.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param timeout how long
     * @param body the block
     * @return its result; empty if the time was up first, or the result is null
     * @throws X what the block throws
     */
    public static <T extends @Nullable Object, X extends Exception> Optional<@NonNull T> moveOnAfter(
            Duration timeout, Body<T, X> body) throws X {
        return moveOnAt(deadlineIn(timeout), body);
    }

    /**
     * Does what {@link #moveOnAfter(Duration, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param timeout how long
     * @param body the block
     * @return whether the block completed in time
     * @throws X what the block throws
     */
    public static <X extends Exception> boolean moveOnAfter(Duration timeout, VoidBody<X> body) throws X {
        return moveOnAt(deadlineIn(timeout), body);
    }

    /**
     * Does what {@link #moveOnAfter(Duration, Body)} does, with a deadline.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     * @param body the block
     * @return its result; empty if the deadline passed first, or the result is null
     * @throws X what the block throws
     */
    public static <T extends @Nullable Object, X extends Exception> Optional<@NonNull T> moveOnAt(
            long deadlineNanos, Body<T, X> body) throws X {
        return CancelScope.call(scope -> {
            scope.setDeadline(deadlineNanos);
            return body.run();
        });
    }

    /**
     * Does what {@link #moveOnAt(long, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     * @param body the block
     * @return whether the block completed in time
     * @throws X what the block throws
     */
    public static <X extends Exception> boolean moveOnAt(long deadlineNanos, VoidBody<X> body) throws X {
        return CancelScope.run(scope -> {
            scope.setDeadline(deadlineNanos);
            body.run();
        });
    }

    /**
     * Runs a block that cancellation from outside does not reach, for clean-up that must suspend.
     *
     * <p>The shield ends when its limit has passed; a cancellation that arrived meanwhile is then raised in the block.
     * A block that nobody cancels may take longer than the limit. Scopes opened inside the block work as usual.
     *
     * {@snippet :
     * try {
     *     talk(stream);
     * } finally {
     *     shield(Duration.ofSeconds(1), () -> stream.write(GOODBYE));
     * }
     * }
     *
     * <p><b>Suspends:</b> if the block does.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param limit how long the shield holds
     * @param body the block
     * @return its result
     * @throws X what the block throws
     */
    public static <T extends @Nullable Object, X extends Exception> T shield(Duration limit, Body<T, X> body) throws X {
        CancelScope scope = CancelScope.enterShield(limit);
        try {
            return body.run();
        } finally {
            scope.left = true;
            scope.leave();
        }
    }

    /**
     * Does what {@link #shield(Duration, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw
     * @param limit how long the shield holds
     * @param body the block
     * @throws X what the block throws
     */
    public static <X extends Exception> void shield(Duration limit, VoidBody<X> body) throws X {
        shield(limit, new ResultlessBody<>(body));
    }

    private static long deadlineIn(Duration timeout) {
        return LoopCore.current().time() + LoopCore.saturatedNanos(timeout);
    }

    /**
     * Waits for a task or future.
     *
     * @param <T> the result
     * @param awaitable what to wait for
     * @return its result
     * @throws CompletionException if it failed or was cancelled
     * @see Awaitable#await()
     */
    public static <T extends @Nullable Object> T await(Awaitable<T> awaitable) {
        return awaitable.await();
    }

    /**
     * Runs a block and unwraps a failure of the given type, so that it can be caught.
     *
     * {@snippet :
     * try {
     *     pages = unwrap(IOException.class, () -> gather(() -> fetch("a"), () -> fetch("b")));
     * } catch (IOException e) {
     *     pages = cached;
     * }
     * }
     *
     * <p>Failures of other tasks arrive wrapped: {@code await}, {@code gather}, {@code race}, {@code mapAsync} and
     * groups throw {@link CompletionException} or {@link TaskGroupException}, whose stack shows where the result was
     * awaited. This method looks for the single failure behind them, also in nested groups. A group with several
     * failures is thrown unchanged. The stack of this call is attached to the exception as suppressed.
     *
     * <p><b>Suspends:</b> if the block does.
     *
     * @param <T> the result
     * @param <X> what the block may throw by itself
     * @param <Y> the type to unwrap
     * @param type the type to unwrap
     * @param body the block
     * @return its result
     * @throws X what the block throws by itself
     * @throws Y if the single failure behind what the block throws is of this type
     */
    public static <T extends @Nullable Object, X extends Exception, Y extends Exception> T unwrap(
            Class<Y> type, Body<T, X> body) throws X, Y {
        try {
            return body.run();
        } catch (CompletionException | TaskGroupException wrapper) {
            Y only = AwaitedFailureException.onlyFailure(wrapper, type);
            if (only == null) {
                throw wrapper;
            }
            if (only != wrapper) {
                Failures.suppress(
                        only, new AwaitedHereException(wrapper.getClass().getSimpleName()));
            }
            throw only;
        }
    }

    /**
     * Does what {@link #unwrap(Class, Body)} does, for a block without a result.
     *
     * @param <X> what the block may throw by itself
     * @param <Y> the type to unwrap
     * @param type the type to unwrap
     * @param body the block
     * @throws X what the block throws by itself
     * @throws Y if the single failure behind what the block throws is of this type
     */
    public static <X extends Exception, Y extends Exception> void unwrap(Class<Y> type, VoidBody<X> body) throws X, Y {
        Async.<@Nullable Void, X, Y>unwrap(type, new ResultlessBody<>(body));
    }

    /**
     * Waits for a stage of another library.
     *
     * <p><b>Suspends:</b> until the stage is complete. <b>Cancellation:</b> ends the wait and leaves the stage alone.
     * <b>Resources:</b> a cancelled wait leaves nothing behind in a {@link CompletableFuture} or a stage of one; other
     * stages keep their dependents until they complete.
     *
     * @param <T> the result
     * @param stage what to wait for
     * @return its result
     * @throws CompletionException with the stage's failure as its cause
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        if (!(stage instanceof CompletableFuture<T> future)) {
            return arrivalOf(stage).await();
        }
        // A CompletableFuture drops a dependent only when the dependent waits for the first of several futures and
        // another completes first. The dependents are told that the future is done, but not the failure, which may be
        // unable to describe itself; the future has it.
        var withdrawal = new CompletableFuture<T>();
        var arrival = new LoopFuture<T>(LoopCore.current(), stage);
        future.acceptEither(withdrawal, value -> {})
                .handle((nothing, failure) -> !withdrawal.isDone() && bring(future, arrival));
        try {
            return arrival.await();
        } finally {
            withdrawal.complete(null);
        }
    }

    private static <T extends @Nullable Object> LoopFuture<T> arrivalOf(CompletionStage<T> stage) {
        var arrival = new LoopFuture<T>(LoopCore.current(), stage);
        bring(stage, arrival);
        return arrival;
    }

    private static <T extends @Nullable Object> boolean bring(CompletionStage<T> stage, LoopFuture<T> arrival) {
        stage.handle((value, failure) -> arrival.loop.runInLoop(() -> arrival.settle(value, failure)));
        return true;
    }

    /**
     * Wraps a stage of another library in a future of the current loop. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param stage what to follow
     * @return a future that is done when the stage is; cancelling it cancels the stage, if the stage is a
     *     {@link Future}
     * @see Awaitable#toCompletionStage()
     * @see <a href="https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future">asyncio.wrap_future</a>
     */
    public static <T extends @Nullable Object> LoopFuture<T> wrapFuture(CompletionStage<T> stage) {
        LoopFuture<T> arrival = arrivalOf(stage);
        if (stage instanceof Future<?> source) {
            arrival.whenDone(done -> {
                if (done.isCancelled()) {
                    source.cancel(true);
                }
            });
        }
        return arrival;
    }

    /**
     * Waits for a {@link CompletableFuture}, as {@link #await(CompletionStage)} does.
     *
     * @param <T> the result
     * @param future what to wait for
     * @return its result
     * @throws CompletionException with the future's failure as its cause
     */
    public static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        return await((CompletionStage<T>) future);
    }

    /**
     * Waits for a future of another library.
     *
     * <p><b>Suspends:</b> until the future is done. <b>Cancellation:</b> ends the wait, if {@code future.get()} reacts
     * to interrupts, and leaves the future alone.
     *
     * @param <T> the result
     * @param future what to wait for
     * @return its result
     * @throws CompletionException with the future's failure as its cause
     */
    public static <T extends @Nullable Object> T await(Future<T> future) {
        if (future instanceof Awaitable<T> awaitable) {
            return awaitable.await();
        }
        if (future instanceof CompletableFuture<T> completable) {
            return await((CompletionStage<T>) completable); // its get() may run other code in the calling thread
        }
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        return task.blocking(future, () -> resultOf(future));
    }

    private static <T extends @Nullable Object> T resultOf(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw AwaitedFailureException.of(future, e.getCause() == null ? e : e.getCause());
        } catch (java.util.concurrent.CancellationException e) {
            throw AwaitedFailureException.of(future, e);
        } catch (RuntimeException | Error e) {
            Throwable failure = future.isDone() ? ForeignFutures.failureOf(future) : null;
            if (failure == null) {
                throw e;
            }
            throw AwaitedFailureException.of(future, failure);
        }
    }

    /**
     * Runs a blocking call in the loop's offload executor: file I/O, name look-ups, native code, long computations.
     * Calls that park, such as blocking sockets and locks, need no offloading.
     *
     * <p>Calls on a {@link java.nio.channels.FileChannel} shared with other code need a policy other than the default;
     * {@link OnCancel} says why.
     *
     * <p><b>Suspends:</b> until the call returns. <b>Cancellation:</b> interrupts the call and does not wait for it, as
     * {@link OnCancel#INTERRUPT} says. A call that has not started never does.
     *
     * @param <T> the result
     * @param <X> what the call may throw
     * @param body the call; runs on another thread, in parallel with other tasks
     * @return its result
     * @throws X what the call throws, unchanged
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor">asyncio
     *     run_in_executor</a>
     */
    public static <T extends @Nullable Object, X extends Exception> T offload(Body<T, X> body) throws X {
        return Offload.run(Offloading.onLoopExecutor(), body, body);
    }

    /**
     * Does what {@link #offload(Body)} does, for a call without a result.
     *
     * @param <X> what the call may throw
     * @param body the call
     * @throws X what the call throws, unchanged
     */
    public static <X extends Exception> void offload(VoidBody<X> body) throws X {
        Offload.<@Nullable Void, X>run(Offloading.onLoopExecutor(), body, new ResultlessBody<>(body));
    }

    /**
     * Does what {@link #offload(Body)} does, in the given executor. The executor may start a virtual thread for each
     * call; pooled virtual threads must have been started outside of tasks, or the call fails.
     *
     * <p><b>Cancellation:</b> as for {@link #offload(Body)}, unless an {@link Offloading} says otherwise.
     *
     * @param <T> the result
     * @param <X> what the call may throw
     * @param executor runs the call; an {@link Offloading} also limits how many calls run at once, and sets the
     *     cancellation policy
     * @param body the call; a {@link SerializableBody} if it runs in another process
     * @return its result
     * @throws X what the call throws, unchanged
     * @throws java.util.concurrent.RejectedExecutionException if the executor rejects the call
     */
    public static <T extends @Nullable Object, X extends Exception> T offload(Executor executor, Body<T, X> body)
            throws X {
        return Offload.run(Offloading.of(executor), body, body);
    }

    /**
     * Does what {@link #offload(Executor, Body)} does, for a call without a result.
     *
     * @param <X> what the call may throw
     * @param executor runs the call
     * @param body the call; a {@link SerializableVoidBody} if it runs in another process
     * @throws X what the call throws, unchanged
     * @throws java.util.concurrent.RejectedExecutionException if the executor rejects the call
     */
    public static <X extends Exception> void offload(Executor executor, VoidBody<X> body) throws X {
        Offload.<@Nullable Void, X>run(Offloading.of(executor), body, new ResultlessBody<>(body));
    }

    /**
     * Does what {@link #offload(Body)} does, in another process, such as a child JVM of a {@code ProcessPool}.
     *
     * <p><b>Cancellation:</b> kills the child if it is running the call.
     *
     * @param <T> the result
     * @param <X> what the call may throw
     * @param remote runs the call
     * @param body the call; a lambda is serializable if everything that it captures is
     * @return its result
     * @throws X what the call throws, with the stack from the child
     * @throws java.util.concurrent.RejectedExecutionException if the call cannot be serialized, or the executor is shut down
     */
    public static <T extends @Nullable Object, X extends Exception> T offload(
            RemoteExecutor remote, SerializableBody<T, X> body) throws X {
        return Offload.run(Offloading.of(remote), body, body);
    }

    /**
     * Does what {@link #offload(RemoteExecutor, SerializableBody)} does, for a call without a result.
     *
     * @param <X> what the call may throw
     * @param remote runs the call
     * @param body the call
     * @throws X what the call throws, with the stack from the child
     * @throws java.util.concurrent.RejectedExecutionException if the call cannot be serialized, or the executor is shut down
     */
    public static <X extends Exception> void offload(RemoteExecutor remote, SerializableVoidBody<X> body) throws X {
        Offload.<@Nullable Void, X>run(Offloading.of(remote), body, new ResultlessBody<>(body));
    }
}
