package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future.State;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A block with tasks of its own: control leaves the block only when all of them are done.
 *
 * <p>The first failure, of a task or of the block itself, cancels the rest. When all are done, {@link #call} or
 * {@link #run} throws a {@link TaskGroupException} that lists every failure. If no task failed, it throws the block's
 * exception unchanged.
 *
 * {@snippet :
 * Reply reply = TaskGroup.call(group -> {
 *     Task<User> user = group.createTask(() -> findUser(id));
 *     Task<Order> order = group.createTask(() -> findOrder(id));
 *     return new Reply(user.await(), order.await());
 * });
 * }
 *
 * <p>Tasks may create more tasks in their group. A group that is cancelled from outside cancels its tasks and waits for
 * them. The cancellation of a single task is not a failure.
 *
 * <p><b>Confinement:</b> tasks of one loop.
 *
 * <p><b>Source:</b> asyncio {@code TaskGroup}, trio {@code Nursery}.
 *
 * @param <T> the results of the tasks
 */
public final class TaskGroup<T extends @Nullable Object> {
    /*
     * Design.
     *
     * The group is a cancel scope around the block, and the root scopes of its tasks are children of it: cancelling the
     * group's scope, or any scope around it, reaches block and tasks alike. When a task is done, the joiner decides
     * what happens.
     *
     * The block's task waits in a park that refuses to be aborted: a cancellation reaches the children through the
     * tree, and a group promises not to leave before they are done.
     *
     * A user's exception is asked to describe itself only when all tasks are done, because that runs user code.
     */
    private static final int MANY_CLOSEABLE = 16;
    private static final int MANY_TO_NAME = 10;

    private final VirtualThreadTask<?> owner;
    private final CancelScope scope;
    private final Joiner<T, ?> joiner;
    private final TaskGroupOptions options;
    private final Set<Task<?>> tasks = new LinkedHashSet<>();
    private final Set<Task<?>> failedToStart = new HashSet<>();
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    /** Tasks whose results can be closed; some of the results may have been retrieved. */
    private final List<VirtualThreadTask<?>> closeable = new ArrayList<>(0);

    /** The wait for the tasks. A separate object for each group, because it identifies the wait. */
    private final AbortHandler refusal = new AbortHandler() {
        @Override
        public boolean abort() {
            return false;
        }
    };

    private boolean open = true;
    private boolean awaiting;
    private boolean over;
    private boolean cancelledFromOutside;
    private int failedTasks;
    private @Nullable Throwable failureOfJoiner;

    /**
     * The block of a group.
     *
     * @param <T> the results of the tasks
     * @param <R> the result
     * @param <X> what the block may throw
     */
    @FunctionalInterface
    public interface Block<T extends @Nullable Object, R extends @Nullable Object, X extends Exception> {
        /**
         * Runs the block.
         *
         * @param group creates tasks
         * @return the result
         * @throws X what the block throws
         */
        R run(TaskGroup<T> group) throws X;
    }

    /**
     * The block of a group, without a result.
     *
     * @param <T> the results of the tasks
     * @param <X> what the block may throw
     */
    @FunctionalInterface
    public interface VoidBlock<T extends @Nullable Object, X extends Exception> {
        /**
         * Runs the block.
         *
         * @param group creates tasks
         * @throws X what the block throws
         */
        void run(TaskGroup<T> group) throws X;
    }

    /** For {@link Preload}. */
    static void touch() {}

    private TaskGroup(CancelScope scope, Joiner<T, ?> joiner, TaskGroupOptions options) {
        this.owner = VirtualThreadTask.current();
        this.scope = scope;
        this.joiner = joiner;
        this.options = options;
    }

    // ---- blocks

    /**
     * Runs a block with tasks that must all succeed.
     *
     * <p><b>Suspends:</b> until the block and all tasks are done. <b>Cancellation:</b> cancels the tasks and waits for them.
     *
     * @param <R> the result
     * @param <X> what the block may throw
     * @param block creates the tasks
     * @return what the block returns
     * @throws X what the block throws, if no task fails
     * @throws TaskGroupException if tasks fail
     * @throws CancellationException if {@link #cancel} ended the block before it returned a result
     */
    public static <R extends @Nullable Object, X extends Exception> R call(Block<@Nullable Object, R, X> block)
            throws X {
        return call(TaskGroupOptions.defaults(), block);
    }

    /**
     * Does what {@link #call(Block)} does, with options.
     *
     * @param <R> the result
     * @param <X> what the block may throw
     * @param options a name, a time-out
     * @param block creates the tasks
     * @return what the block returns
     * @throws X what the block throws, if no task fails
     * @throws TaskGroupException if tasks fail
     * @throws TimeoutException if the time is up
     * @throws CancellationException if {@link #cancel} ended the block before it returned a result
     */
    public static <R extends @Nullable Object, X extends Exception> R call(
            TaskGroupOptions options, Block<@Nullable Object, R, X> block) throws X {
        return options.limit(() -> call(options, new Joiners.FailFast<>(), block));
    }

    /**
     * Does what {@link #call} does, for a block without a result. Also returns normally when {@link #cancel} ended it.
     *
     * @param <X> what the block may throw
     * @param block creates the tasks
     * @throws X what the block throws, if no task fails
     * @throws TaskGroupException if tasks fail
     */
    public static <X extends Exception> void run(VoidBlock<@Nullable Object, X> block) throws X {
        run(TaskGroupOptions.defaults(), block);
    }

    /**
     * Does what {@link #run(VoidBlock)} does, with options.
     *
     * @param <X> what the block may throw
     * @param options a name, a time-out
     * @param block creates the tasks
     * @throws X what the block throws, if no task fails
     * @throws TaskGroupException if tasks fail
     * @throws TimeoutException if the time is up
     */
    public static <X extends Exception> void run(TaskGroupOptions options, VoidBlock<@Nullable Object, X> block)
            throws X {
        join(options, new Joiners.FailFast<>(), block);
    }

    /**
     * Runs a block whose tasks are independent: a failure cancels neither the block nor the other tasks, and is
     * reported if nobody awaits the task.
     *
     * <p><b>Suspends:</b> until the block and all tasks are done. <b>Cancellation:</b> cancels the tasks and waits for them.
     *
     * @param <X> what the block may throw
     * @param block creates the tasks
     * @throws X what the block throws
     */
    public static <X extends Exception> void supervise(VoidBlock<@Nullable Object, X> block) throws X {
        supervise(TaskGroupOptions.defaults(), block);
    }

    /**
     * Does what {@link #supervise(VoidBlock)} does, with options.
     *
     * @param <X> what the block may throw
     * @param options a name, a time-out
     * @param block creates the tasks
     * @throws X what the block throws
     * @throws TimeoutException if the time is up
     */
    public static <X extends Exception> void supervise(TaskGroupOptions options, VoidBlock<@Nullable Object, X> block)
            throws X {
        join(options, new Joiners.Supervisor(), block);
    }

    /**
     * Runs a block that creates tasks; a joiner decides when the work is over and what the result is.
     *
     * <p><b>Suspends:</b> until the block and all tasks are done. <b>Cancellation:</b> cancels the tasks and waits for them.
     *
     * @param <T> the results of the tasks
     * @param <R> the result of the group
     * @param <X> what the block may throw
     * @param joiner decides; use it for this group only
     * @param block creates the tasks
     * @return the joiner's result
     * @throws X what the block throws
     */
    public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception> R join(
            Joiner<T, R> joiner, VoidBlock<T, X> block) throws X {
        return join(TaskGroupOptions.defaults(), joiner, block);
    }

    /**
     * Does what {@link #join(Joiner, VoidBlock)} does, with options.
     *
     * @param <T> the results of the tasks
     * @param <R> the result of the group
     * @param <X> what the block may throw
     * @param options a name, a time-out
     * @param joiner decides; use it for this group only
     * @param block creates the tasks
     * @return the joiner's result
     * @throws X what the block throws
     * @throws TimeoutException if the time is up
     */
    public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception> R join(
            TaskGroupOptions options, Joiner<T, R> joiner, VoidBlock<T, X> block) throws X {
        return options.limit(() -> open(options, joiner).runAndClose(block, joiner::result));
    }

    private static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception> R call(
            TaskGroupOptions options, Joiner<T, ?> joiner, Block<T, R, X> block) throws X {
        var result = new ArrayList<R>(1);
        try {
            return open(options, joiner).<R, X>runAndClose(group -> result.add(block.run(group)), () -> {
                joiner.result();
                if (result.isEmpty()) {
                    Async.checkCancelled(); // from outside, too
                    throw new CancellationException("the group was cancelled before its block had a result");
                }
                return result.getFirst();
            });
        } catch (Throwable failure) {
            result.forEach(nobodyGets -> Leftovers.dispose(() -> Leftovers.close(nobodyGets)));
            throw failure;
        }
    }

    private static <T extends @Nullable Object> TaskGroup<T> open(TaskGroupOptions options, Joiner<T, ?> joiner) {
        VirtualThreadTask.current().requireMaySuspend("wait for the tasks of a group");
        return new TaskGroup<>(CancelScope.enter(), joiner, options);
    }

    private <R extends @Nullable Object, X extends Exception> R runAndClose(
            VoidBlock<T, X> block, Supplier<? extends R> result) throws X {
        Throwable failure = null;
        try {
            runInScope(block);
            return result.get();
        } catch (Throwable thrown) {
            failure = thrown;
            closeUnclaimed();
            throw thrown;
        } finally {
            closeOwned(failure);
        }
    }

    /** Runs the block and waits for the tasks. The exception of this scope's own cancellation ends here. */
    private <X extends Exception> void runInScope(VoidBlock<T, X> block) throws X {
        try {
            block.run(this);
            awaitTasks();
            if (cancelledFromOutside && !over) {
                throw owner.raiseCancellation();
            }
        } catch (Throwable failure) {
            if (owner.loop.isClosed()) {
                throw failure; // the group has outlived its loop; nothing can wait for its tasks
            }
            boolean own = scope.isCauseOf(failure);
            int place = isCancellation(failure) ? -1 : failedTasks;
            scope.cancel(
                    "the block of its group failed by a " + failure.getClass().getName());
            awaitTasks();
            if (!own) {
                throwWithFailuresOfTasks(failure, place);
                if (failureOfJoiner != null) {
                    Failures.suppress(failure, failureOfJoiner);
                }
                throw failure;
            }
        } finally {
            scope.left = true;
            scope.leave();
            if (joiner instanceof Joiners.Supervisor supervisor) {
                supervisor.groupEnded();
            }
        }
        if (failureOfJoiner != null) {
            throw new IllegalStateException("the joiner of the group failed", failureOfJoiner);
        }
    }

    /**
     * Throws if tasks have failed; the failure of the block is listed at the given place, unless the place is negative.
     */
    private void throwWithFailuresOfTasks(Throwable failureOfBlock, int place) {
        try {
            joiner.result();
        } catch (TaskGroupException ofTasks) {
            var failures = new ArrayList<>(ofTasks.failures());
            if (place >= 0) {
                failures.add(Math.min(place, failures.size()), failureOfBlock);
            }
            Joiners.throwIfFailed(failures);
        } catch (RuntimeException noResult) {
            Failures.suppress(failureOfBlock, noResult);
        }
    }

    /**
     * Closes what the group owns, the latest first, as nested {@code try} statements do.
     *
     * @param failure what the group throws; a cancellation does not hide failures to close
     */
    private void closeOwned(@Nullable Throwable failure) {
        List<Throwable> notClosed = failuresToClose();
        List<Throwable> real =
                notClosed.stream().filter(each -> !isCancellation(each)).toList();
        if (failure != null && (real.isEmpty() || !isCancellation(failure))) {
            notClosed.forEach(each -> Failures.suppress(failure, each));
        } else if (!real.isEmpty()) {
            throw new TaskGroupException(
                    options.title() + " could not close what it owns: " + Describe.object(real.getFirst()), real);
        } else if (!notClosed.isEmpty()) {
            CancelledException cancelled = owner.raiseCancellation();
            cancelled.initCause(notClosed.getFirst());
            throw cancelled;
        }
    }

    private List<Throwable> failuresToClose() {
        var failures = new ArrayList<Throwable>();
        for (AutoCloseable resource = owned.poll(); resource != null; resource = owned.poll()) {
            try {
                resource.close();
            } catch (Throwable notClosed) {
                failures.add(notClosed);
            }
        }
        return failures;
    }

    /** Closes the results that were not retrieved and, now that the group fails, never will be. */
    private void closeUnclaimed() {
        for (VirtualThreadTask<?> task : closeable) {
            Object unclaimed = task.unclaimed();
            if (unclaimed != null) {
                Leftovers.dispose(() -> Leftovers.close(unclaimed));
            }
        }
        closeable.clear();
    }

    private boolean isCancellation(Throwable failure) {
        return CancelScope.isCancellation(owner, failure);
    }

    private void awaitTasks() {
        while (!tasks.isEmpty()) {
            awaiting = true;
            try {
                owner.park(this, refusal);
            } finally {
                awaiting = false;
            }
        }
        open = false;
    }

    // ---- tasks

    /**
     * Starts a task of the group. It runs in the next tick at the earliest.
     *
     * <p><b>Confinement:</b> tasks and callbacks of this loop: the block, a task of the group, or any other.
     * <b>Suspends:</b> no.
     *
     * @param <U> the result
     * @param body what it runs; entered even if the group is cancelled
     * @return the task
     * @throws IllegalStateException if the group has ended
     */
    public <U extends T> Task<U> createTask(Callable<? extends U> body) {
        return add(null, body, body);
    }

    /**
     * Starts a task with a name, as {@link #createTask(Callable)} does.
     *
     * @param <U> the result
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public <U extends T> Task<U> createTask(String name, Callable<? extends U> body) {
        return add(name, body, body);
    }

    /**
     * Starts a task without a result, as {@link #createTask(Callable)} does; the joiner sees a null result.
     *
     * @param body what it runs
     * @return the task
     */
    @SuppressWarnings("NullAway") // T may be null in a group with such tasks
    public Task<?> createTask(VoidBody<?> body) {
        return this.<T>add(null, body, body);
    }

    /**
     * Starts a task with a name and without a result, as {@link #createTask(Callable)} does.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    @SuppressWarnings("NullAway") // as above
    public Task<?> createTask(String name, VoidBody<?> body) {
        return this.<T>add(name, body, body);
    }

    /**
     * Starts a task and waits until it reports that it is ready.
     *
     * {@snippet :
     * InetSocketAddress address = group.start(ready -> {
     *     try (TcpServer server = TcpServer.serve(anyPort, handler)) {
     *         ready.setResult(server.address());
     *         server.awaitClosed();
     *     }
     *     return null;
     * });
     * }
     *
     * <p><b>Suspends:</b> until the body completes the future that it receives. <b>Cancellation:</b> cancels the task.
     * <b>Errors:</b> a failure before that goes to the caller and not to the group, unless the caller was cancelled.
     *
     * @param <R> what the body reports when it is ready
     * @param body what the task runs
     * @return what the body reported
     * @throws java.util.concurrent.CompletionException if the body ended before it was ready, with its failure as the
     *     cause
     */
    @SuppressWarnings("NullAway") // nothing reads the result of a body that was never ready
    public <R extends @Nullable Object> R start(Startable<? extends T, R> body) {
        LoopFuture<R> ready = owner.loop.face.createFuture();
        VirtualThreadTask<?> caller = VirtualThreadTask.current();
        boolean[] abandoned = {false};
        Callable<T> untilReady = () -> {
            try {
                return body.run(ready);
            } catch (Throwable failure) {
                if (ready.isDone() || abandoned[0] || caller.isBeingAborted()) {
                    throw failure;
                }
                ready.setException(failure);
                failedToStart.add(VirtualThreadTask.current());
                return null;
            } finally {
                if (!ready.isDone()) {
                    ready.setException(
                            new IllegalStateException(VirtualThreadTask.current() + " ended before it was ready"));
                }
            }
        };
        Task<?> task = this.<T>add(null, body, untilReady);
        ready.comesFrom(task);
        try {
            return ready.await();
        } catch (CancelledException cancelled) {
            abandoned[0] = true;
            task.cancel("the task that waited for it to be ready was cancelled");
            throw cancelled;
        }
    }

    /**
     * The body of a task that reports when it is ready.
     *
     * @param <T> its result
     * @param <R> what it reports
     */
    @FunctionalInterface
    public interface Startable<T extends @Nullable Object, R extends @Nullable Object> {
        /**
         * Runs the body.
         *
         * @param ready complete it to let the caller of {@link TaskGroup#start} continue
         * @return the task's result
         * @throws Exception fails the task
         */
        T run(LoopFuture<R> ready) throws Exception;
    }

    /** Starts a task on behalf of a user's object, which tells where the task was created. */
    <U extends T> Task<U> add(@Nullable String name, Object origin, Object body) {
        if (!open) {
            throw hasEnded("create the task");
        }
        VirtualThreadTask<U> task = owner.loop.<U>start(name, origin, body, scope);
        tasks.add(task);
        if (joiner instanceof Joiners.Supervisor supervisor) {
            supervisor.begun(task);
        }
        task.addObserver(new Observer(task) {
            @Override
            void completed() {
                done(task);
            }

            @Override
            boolean observesFailure() {
                return failureOfJoiner == null && !(joiner instanceof Joiners.Supervisor);
            }

            @Override
            Object holder() {
                return TaskGroup.this;
            }
        });
        return task;
    }

    private void done(VirtualThreadTask<? extends T> task) {
        if (!tasks.remove(task)) {
            return; // already handled, before an error cut the notification short
        }
        boolean failed = task.state() == State.FAILED;
        failedTasks += failed ? 1 : 0;
        cancelledFromOutside |= task.isCancelled() && !scope.isCancelled() && scope.effective() != null;
        try {
            keepIfCloseable(task);
            if (!failedToStart.remove(task) && joiner.onComplete(task)) {
                over = true;
                scope.cancel(failed ? task + " of its group failed" : "its group already has a result");
            }
        } catch (Throwable failure) {
            if (failureOfJoiner == null) {
                failureOfJoiner = failure;
            } else {
                Failures.suppress(failureOfJoiner, failure);
            }
            task.keepFailureIfUnobserved(); // the joiner has not dealt with it
            scope.cancel("the joiner of its group failed");
        } finally {
            if (tasks.isEmpty() && awaiting) {
                owner.unpark(refusal);
            }
        }
    }

    /** A group may live for years, so retrieved results are dropped now and then. */
    private void keepIfCloseable(VirtualThreadTask<?> task) {
        if (task.unclaimed() != null) {
            int size = closeable.size();
            if (size >= MANY_CLOSEABLE && Integer.bitCount(size) == 1) {
                closeable.removeIf(each -> each.unclaimed() == null);
            }
            closeable.add(task);
        }
    }

    private IllegalStateException hasEnded(String remedy) {
        return new IllegalStateException(options.title() + " of " + owner + " has ended; " + remedy
                + " before its block and its tasks are done");
    }

    // ---- the group

    /**
     * Hands a resource to the group, which closes it when the block and all tasks are done; the latest is closed first.
     *
     * <p><b>Suspends:</b> no; the group suspends if closing does. <b>Errors:</b> what closing throws is suppressed in
     * the failure of the block or the tasks; without such a failure, the group throws a {@link TaskGroupException} that
     * lists it. A cancellation has the lowest priority: it is thrown if there is nothing else.
     *
     * @param <C> the kind of resource
     * @param resource to be closed
     * @return the resource
     * @throws IllegalStateException if the group has ended
     * @see <a href="https://docs.python.org/3/library/contextlib.html#contextlib.AsyncExitStack">contextlib
     *     AsyncExitStack</a>
     */
    public <C extends AutoCloseable> C own(C resource) {
        owner.loop.checkLoopThread("TaskGroup.own");
        if (!open) {
            throw hasEnded("hand over the resource");
        }
        owned.push(resource);
        return resource;
    }

    /**
     * Cancels the block and all tasks; {@link #run} then returns normally. <b>Suspends:</b> no. Does nothing the second
     * time.
     *
     * @param reason for the message of the exception that block and tasks see
     */
    public void cancel(String reason) {
        scope.cancel(reason);
    }

    /** {@return the scope around block and tasks, for example to set a deadline} */
    public CancelScope scope() {
        return scope;
    }

    /** {@return the group in words} Any thread. */
    String title() {
        return options.title();
    }

    /** {@return the tasks that are not done, in order of creation} */
    public List<Task<?>> tasks() {
        return List.copyOf(tasks);
    }

    @Override
    public String toString() {
        var some = new ArrayList<String>();
        for (Task<?> task : tasks) {
            if (some.size() == MANY_TO_NAME) {
                some.add("and " + (tasks.size() - MANY_TO_NAME) + " more");
                break;
            }
            some.add(task.toString());
        }
        return (options.name() == null ? "the tasks of a group: " : "the tasks of " + options.title() + ": ") + some;
    }
}
