package io.gyre.loop;

import io.gyre.loop.dump.Wait;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.internal.text.StandsFor;
import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.OutsideWait;
import io.gyre.loop.spi.RemoteExecutor;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call that runs elsewhere while a task waits for it.
 *
 * @param <T> the result
 */
final class Offload<T extends @Nullable Object> implements AbortHandler, OutsideWait {
    /*
     * Design.
     *
     * The worker only reports "ended", through the entry queue; the task is unparked on the loop. The task always parks
     * until this report has arrived, even when the executor ran the call at once in the task itself: a later report
     * would unpark the task out of some other wait.
     *
     * The report may arrive before the park: execute() may itself park the task, in a lock of the executor's queue that
     * a worker holds, and the loop continues meanwhile. So the report is remembered, and only ends the park below.
     *
     * A cancellation that arrives before the future is done abandons the call: its report is late then, and wakes
     * nobody. A later cancellation is refused, because the result is on its way. A result of an abandoned call is
     * closed, if it can be; an exception is reported, unless it only says that the call was interrupted.
     *
     * The call can ask whether it is still wanted (OffloadedCode). Two fields tell it, because an abort handler should need
     * no memory. A cancellation that it throws is raised anew in the task, which counts and settles its cancellations.
     *
     * A call in the middle of a file operation is abandoned but not interrupted: an interrupt would close the file for
     * all its users.
     *
     * An executor gets a LocalCall; an executor of another process, which has to send the body itself, gets the body.
     * Both return a future.
     *
     * An executor that starts virtual threads starts them on the loop, because they inherit the scheduler of the task
     * that submits the call. Such a thread submits the call once more, through a thread of the JDK's scheduler. If the
     * call then comes back to the loop, it runs in a worker that stays there, and fails.
     */

    private final VirtualThreadTask<?> task;
    private final Offloading how;
    private final String what;
    private final @Nullable String offloadedAt;
    private @Nullable Future<T> future;
    private @Nullable OffloadPool pool;
    private boolean awaited;
    private boolean arrived;
    private boolean givenUp;

    /** The scope whose cancellation has reached the waiting task; null if the wait has ended for another reason. */
    private @Nullable CancelScope cancelledBy;

    /** Whether the call may stop, because of {@link #cancelledBy}, which is set before. */
    private volatile boolean unwanted;

    private Offload(VirtualThreadTask<?> task, Offloading how, Object origin) {
        this.task = task;
        this.how = how;
        this.what = "an offloaded call of " + CreationSite.className(origin);
        this.offloadedAt = CreationSite.ofCallback(origin, task.loop.isDebug());
    }

    static <T extends @Nullable Object, X extends Exception> T run(Offloading how, Object origin, Body<T, X> body)
            throws X {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        task.requireMaySuspend("wait for an offloaded call");
        var offload = new Offload<T>(task, how, origin);
        offload.takePlace();
        offload.handOver(body);
        if (!offload.arrived) {
            offload.awaited = true;
            try {
                task.park(offload, offload);
            } catch (Throwable failure) {
                offload.givenUp = true; // whatever the reason
                offload.unwanted = true;
                throw failure;
            }
        }
        return offload.outcome();
    }

    // ---- in the task

    private void takePlace() {
        Semaphore limit = how.limit();
        if (limit != null) {
            task.<@Nullable Void, RuntimeException>blocking(new FreePlace(what), () -> {
                limit.acquire();
                return null;
            });
        }
    }

    private void handOver(Body<T, ?> body) {
        Executor executor = how.executorOf(task.loop);
        pool = executor instanceof OffloadPool ofLoop ? ofLoop : null;
        try {
            StackRoom.requireForThread();
            task.loop.offloadedCalls.add(this);
            if (executor instanceof RemoteExecutor elsewhere) {
                CompletableFuture<T> remote = elsewhere.submit(new RemoteBody<>(body));
                future = remote;
                remote.whenComplete((result, failure) -> ended(null));
            } else {
                var local = new LocalCall(executor, body);
                future = local;
                executor.execute(local);
            }
        } catch (Throwable refused) {
            if (future == null) {
                leave();
            } else {
                takeBack();
            }
            throw refused;
        }
    }

    /** The call will never run. */
    private void leave() {
        leavePlace();
        task.loop.offloadedCalls.remove(this);
    }

    private <X extends Exception> T outcome() throws X {
        Future<T> call = Objects.requireNonNull(future);
        Throwable failure = ForeignFutures.failureOf(call);
        if (failure != null) {
            if (isOwn(failure) && task.isCancelPendingHere()) {
                CancelledException raised = task.raiseCancellation();
                raised.initCause(failure);
                throw raised;
            }
            throw ForeignFutures.<X>rethrow(what, failure);
        }
        return call.state() == Future.State.SUCCESS
                ? task.<T, RuntimeException>blocking(this, call::resultNow)
                : throwCancellation(call);
    }

    /** {@return whether the call has ended because it was told of a cancellation} By now another scope may be cancelled. */
    private boolean isOwn(Throwable failure) {
        return failure instanceof CancelledException cancelled && cancelled.isThrownBy(this);
    }

    private static <T extends @Nullable Object> T throwCancellation(Future<T> cancelled) {
        try {
            return cancelled.get(); // it knows the reason
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean abort() {
        cancelledBy = task.pendingCancellation();
        unwanted = true;
        Future<T> call = Objects.requireNonNull(future);
        givenUp = switch (how.onCancel()) {
            case WAIT -> takeBack();
            case INTERRUPT -> takeBack() || cancel(call);
            case ABANDON -> !call.isDone();
        };
        return givenUp;
    }

    private boolean cancel(Future<T> call) {
        if (call instanceof Offload<?>.LocalCall local) {
            return local.cancel(!local.isInFileOperation());
        }
        if (!(call instanceof CompletableFuture<T> remote)) {
            return call.cancel(true);
        }
        boolean cancelled = remote.completeExceptionally(new CancellationException());
        if (cancelled) {
            // the pool has locks, and this thread must not wait for one
            task.loop.callInternally(() -> remote.cancel(true));
        }
        return cancelled;
    }

    /** {@return whether the call had not started, and now never will} */
    private boolean takeBack() {
        boolean takenBack = future instanceof Offload<?>.LocalCall local && local.takeBack();
        if (takenBack) {
            leave();
        }
        return takenBack;
    }

    // ---- in the thread that ran the call

    /** {@return what the code of the call throws when it asks, or null if the call is still wanted} */
    private @Nullable CancelledException cancellation() {
        if (!unwanted) {
            return null;
        }
        CancelScope scope = cancelledBy;
        return new CancelledException(
                scope,
                what + " is not wanted any more: " + task
                        + (scope == null
                                ? " no longer waits for it"
                                : " was cancelled: " + Describe.line(scope.reason())),
                this);
    }

    private void ended(@Nullable Throwable failure) {
        leavePlace();
        if (!enterLoop(failure)) {
            arriveLate(failure);
        }
    }

    /** The task waits for this report: without memory it is sent later. */
    private boolean enterLoop(@Nullable Throwable failure) {
        for (; ; ) {
            try {
                return task.loop.enter(() -> arrive(failure));
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(OffloadPool.PAUSE_WITHOUT_MEMORY_NANOS);
            }
        }
    }

    /** The worker's report, on the loop. */
    private void arrive(@Nullable Throwable failure) {
        if (givenUp) {
            task.loop.callInternally(() -> arriveLate(failure)); // first: this needs memory
        }
        arrived = true;
        task.loop.offloadedCalls.remove(this);
        if (awaited) {
            task.unpark(this);
        }
    }

    /** Handles the outcome of an abandoned call. In a callback, or where the call has run. */
    private void arriveLate(@Nullable Throwable failure) {
        Future<T> call = Objects.requireNonNull(future);
        if (failure == null && call.state() == Future.State.SUCCESS) {
            dispose(call.resultNow());
        } else if (failure != null && how.onCancel() != OnCancel.ABANDON && !saysThatItWasBrokenOff(failure)) {
            report("failed after its caller " + task + " was cancelled.", failure);
        }
    }

    /** An interrupted call says so in many ways. */
    private static boolean saysThatItWasBrokenOff(Throwable failure) {
        for (Throwable cause : Failures.causes(failure)) {
            if (ForeignPark.isInterruption(cause) || cause instanceof CancellationException) {
                return true;
            }
        }
        return false;
    }

    private void dispose(@Nullable Object nobodyGets) {
        try {
            Leftovers.close(nobodyGets);
        } catch (Throwable failure) {
            report(
                    "produced a result after its caller " + task + " was cancelled, and closing the result failed.",
                    failure);
        }
    }

    private void report(String what, Throwable failure) {
        task.loop.reportFromAnywhere(new Failure(this.what + " " + what, task.name(), task.createdAt(), failure));
    }

    private void leavePlace() {
        if (how.limit() != null) {
            how.limit().release();
        }
    }

    // ---- current state: loop thread

    /** {@return whether the loop, when it closes, waits for this call on behalf of a task that is no system task} */
    boolean isOfUserInPool() {
        return pool != null && !task.isSystem();
    }

    OffloadedCall snapshot() {
        Thread thread = future instanceof Offload<?>.LocalCall local ? local.worker : null;
        return new OffloadedCall(what, task, offloadedAt, thread, !givenUp);
    }

    /**
     * {@return this wait as data} Any thread.
     *
     * @param busyPool with what the loop's pool is busy; empty if it has a thread free
     */
    Wait explain(Supplier<List<String>> busyPool) {
        Thread thread = future instanceof Offload<?>.LocalCall local ? local.worker : null;
        if (thread != null) {
            List<String> stack =
                    Objects.requireNonNull(future).isDone() ? List.of() : LoopInspection.frames(thread.getStackTrace());
            return new Wait.OnOffload(what, offloadedAt, Describe.object(thread), stack, List.of());
        }
        return new Wait.OnOffload(what, offloadedAt, null, List.of(), pool == null ? List.of() : busyPool.get());
    }

    @Override
    public String toString() {
        if (!(future instanceof Offload<?>.LocalCall local) || local.isBegun() || local.isDone()) {
            return what;
        }
        if (pool == null) {
            return what + ", not begun";
        }
        String busy = pool.describeIfAllAreBusy(); // otherwise a thread is about to take it
        return busy == null ? what : what + ", not begun; " + busy;
    }

    /**
     * What a task waits for when its {@link Offloading} has a limit: the end of a call, which may have been abandoned.
     */
    private record FreePlace(String what) implements OutsideWait {
        @Override
        public String toString() {
            return "a free place for " + what;
        }
    }

    /** What an executor in this JVM runs. */
    private final class LocalCall extends FutureTask<T> {
        private final Semaphore start = new Semaphore(1); // whoever acquires it runs the call or withdraws it
        private final @Nullable Object bindings = ScopedBindings.capture();
        private final Executor executor;
        private volatile @Nullable Thread worker;
        private boolean handedOverAgain;
        private @Nullable Throwable failure;

        @SuppressWarnings("unchecked") // a Callable in its context is a Callable with the same result
        LocalCall(Executor executor, Body<T, ?> body) {
            super((Callable<T>) task.loop.withContext(
                    (Object) (Callable<T>) () -> OffloadedCode.run(Offload.this::cancellation, body::run)));
            this.executor = executor;
        }

        @Override
        public void run() {
            if (VirtualThreadTask.isGuest()) {
                leaveTheLoop();
            } else if (start.tryAcquire()) {
                worker = Thread.currentThread();
                try {
                    ScopedBindings.run(bindings, super::run);
                } catch (Throwable notBegun) {
                    failUnlessDone(notBegun); // there was no memory to start
                } finally {
                    ended(failure);
                }
            }
        }

        boolean isBegun() {
            return worker != null;
        }

        boolean isInFileOperation() {
            Thread running = worker;
            return running != null && FileOperations.isIn(running);
        }

        private void leaveTheLoop() {
            if (handedOverAgain) {
                fail(
                        new IllegalStateException(
                                what + " was offloaded to " + Describe.object(executor)
                                        + ", whose virtual threads run on a loop, because a task started them or the loop made them. Give the executor threads of LowLevel.jdkThreadFactory()."));
            } else {
                handedOverAgain = true;
                VirtualThreads.newJdkThread(null, this::handOverAgain).start();
            }
        }

        private void handOverAgain() {
            try {
                executor.execute(this);
            } catch (Throwable refused) {
                fail(refused);
            }
        }

        private void fail(Throwable reason) {
            if (start.tryAcquire()) {
                setException(reason);
                ended(failure);
            }
        }

        private void failUnlessDone(Throwable reason) {
            if (!isDone()) {
                setException(reason);
            }
        }

        boolean takeBack() {
            return start.tryAcquire();
        }

        @Override
        protected void set(T value) {
            super.set(value);
            if (isCancelled()) {
                dispose(value);
            }
        }

        @Override
        protected void setException(Throwable thrown) {
            failure = thrown;
            super.setException(thrown);
        }

        @Override
        public String toString() {
            return what + " for " + task;
        }
    }

    /**
     * A call that runs in another process.
     *
     * @param <T> the result
     * @param body the call
     */
    private record RemoteBody<T extends @Nullable Object>(Body<T, ?> body)
            implements Callable<T>, Serializable, StandsFor {
        @Override
        public T call() throws Exception {
            return OffloadedCode.run(() -> null, body::run); // nobody tells a child; its calls are killed
        }

        @Override
        public Object original() {
            return StandsFor.originalOf(body);
        }
    }
}
