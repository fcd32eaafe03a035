package io.gyre.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that are awaited one by one, in the order in which they end, and cancelled together. More may be created at any
 * time.
 *
 * {@snippet :
 * try (var pages = new TaskSet<Page>()) {
 *     links.forEach(link -> pages.createTask(() -> load(link)));
 *     for (var next = pages.awaitNext(); next.isPresent(); next = pages.awaitNext()) {
 *         Page page = next.get().await();
 *         page.links().forEach(link -> pages.createTask(() -> load(link)));
 *     }
 * }
 * }
 *
 * <p>Unlike in a {@link TaskGroup}, a failure ends its task alone. A failure counts as observed when the set returns the
 * task; one that is not returned is reported, at the latest when the set is closed. The set keeps each task until it has
 * returned the task.
 *
 * <p><b>Confinement:</b> tasks of one loop. <b>Resources:</b> no task of the set goes on after {@link #close}.
 *
 * <p><b>Source:</b> tokio {@code JoinSet}. Differs: closing waits for the tasks, and loses no failure.
 *
 * @param <T> the results of the tasks
 */
public final class TaskSet<T extends @Nullable Object> implements AutoCloseable {
    /*
     * Design.
     *
     * A task that ends is handed to the one that has waited longest: from then on a cancellation finds no wait to undo, and
     * the task is delivered. So while somebody waits, `ended` is empty.
     */
    private final LoopCore loop = LoopCore.current();
    private final Set<VirtualThreadTask<T>> running = new LinkedHashSet<>();
    private final Queue<VirtualThreadTask<T>> ended = new ArrayDeque<>();
    private final Queue<NextWait> waits = new ArrayDeque<>();
    private final List<EndWait> closers = new ArrayList<>(0);
    private final Offspring offspring = new Offspring();
    private boolean closed;

    /** Creates a set without tasks, for tasks of the current loop. */
    public TaskSet() {}

    // ---- tasks

    /**
     * Starts a task of the set. It runs in the next tick at the earliest. <b>Suspends:</b> no.
     *
     * @param body what it runs
     * @return the task
     * @throws IllegalStateException if the set is closed
     */
    public Task<T> createTask(Callable<? extends T> body) {
        return add(null, body);
    }

    /**
     * Starts a task with a name, as {@link #createTask(Callable)} does.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public Task<T> createTask(String name, Callable<? extends T> body) {
        return add(name, body);
    }

    /**
     * Starts a task without a result, as {@link #createTask(Callable)} does.
     *
     * @param body what it runs
     * @return the task
     */
    public Task<T> createTask(VoidBody<?> body) {
        return add(null, body);
    }

    /**
     * Starts a task with a name and without a result, as {@link #createTask(Callable)} does.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public Task<T> createTask(String name, VoidBody<?> body) {
        return add(name, body);
    }

    private Task<T> add(@Nullable String name, Object body) {
        checkLoop();
        if (closed) {
            throw new IllegalStateException(this + " is closed; create the task before");
        }
        VirtualThreadTask<T> task = loop.<T>start(name, body, body, null);
        task.setSiblings(offspring);
        running.add(task);
        task.addObserver(new Observer(task) {
            @Override
            void completed() {
                done(task);
            }

            @Override
            boolean observesFailure() {
                return false;
            }

            @Override
            Object holder() {
                return TaskSet.this;
            }
        });
        return task;
    }

    private void done(VirtualThreadTask<T> task) {
        if (running.remove(task)) { // otherwise already handled, before an error cut the notification short
            ended.add(task);
        }
        deliver();
        if (running.isEmpty()) {
            closers.forEach(EndWait::over);
        }
    }

    /** Hands ended tasks to those who wait, or tells them that there will be none. */
    private void deliver() {
        while (!waits.isEmpty() && (closed || running.isEmpty() || !ended.isEmpty())) {
            NextWait first = waits.element();
            if (first.task.isParkedIn(first)) {
                first.next = closed ? null : ended.peek();
                first.task.unpark(first); // first: without stack for it, nothing has changed
                if (first.next != null) {
                    ended.remove();
                }
            }
            waits.remove();
        }
    }

    // ---- awaiting

    /**
     * Waits for a task of the set to end, with any outcome, and takes it out of the set.
     *
     * <p><b>Suspends:</b> until one has ended. Always a checkpoint. Several tasks may wait; each gets another.
     * <b>Cancellation:</b> takes no task; once a task has been handed over, it is delivered.
     *
     * @return a task that is done, which may have failed or been cancelled; empty if no task is left, or the set is closed
     * @throws WrongLoopException on another loop
     */
    public Optional<Task<T>> awaitNext() {
        checkLoop();
        VirtualThreadTask<?> caller = VirtualThreadTask.current();
        caller.checkpoint();
        VirtualThreadTask<T> next = closed ? null : ended.poll();
        return next != null || closed || running.isEmpty() ? taken(next) : taken(park(caller));
    }

    private @Nullable VirtualThreadTask<T> park(VirtualThreadTask<?> caller) {
        if (running.size() == 1 && running.contains(caller)) {
            throw new IllegalStateException(caller + " is the last of " + this + " and would wait for itself");
        }
        var wait = new NextWait(caller);
        waits.add(wait);
        try {
            caller.park(wait, wait);
        } catch (Throwable failure) {
            waits.remove(wait);
            throw failure;
        }
        return wait.next;
    }

    /**
     * Takes a task that has ended out of the set, if there is one. <b>Suspends:</b> no.
     *
     * @return a task that is done, or empty
     * @throws WrongLoopException on another loop
     */
    public Optional<Task<T>> tryNext() {
        checkLoop();
        return closed ? Optional.empty() : taken(ended.poll());
    }

    private static <T extends @Nullable Object> Optional<Task<T>> taken(@Nullable VirtualThreadTask<T> next) {
        if (next != null) {
            next.failure(); // from here on the failure is the caller's
        }
        return Optional.ofNullable(next);
    }

    /** A task that waits for the next one to end. */
    final class NextWait implements AbortHandler {
        private final VirtualThreadTask<?> task;
        private @Nullable VirtualThreadTask<T> next;

        NextWait(VirtualThreadTask<?> task) {
            this.task = task;
        }

        /** {@return the set whose next task it waits for} */
        TaskSet<T> set() {
            return TaskSet.this;
        }

        @Override
        public boolean abort() {
            waits.remove(this);
            return true;
        }

        @Override
        public String toString() {
            return "the next of " + TaskSet.this;
        }
    }

    // ---- ending

    /**
     * Cancels the tasks that are running. They stay in the set, which returns them when they have ended.
     * <b>Suspends:</b> no.
     *
     * @param reason for the message of the exception that they see
     */
    public void cancelAll(String reason) {
        checkLoop();
        List.copyOf(running).forEach(task -> task.cancel(reason));
    }

    /**
     * Cancels the tasks that are running and waits for them to end. Results that nobody took are closed, if they are
     * {@link AutoCloseable}; failures that nobody took are reported. Only waits the second time.
     *
     * <p><b>Suspends:</b> until all have ended, even in a cancelled task. <b>Cancellation:</b> does not end the wait.
     *
     * @throws IllegalStateException if called in a task of the set, which would wait for itself
     */
    @Override
    public void close() {
        if (loop.isClosed()) {
            return; // its tasks have ended, or go on without it
        }
        checkLoop();
        VirtualThreadTask<?> closer = VirtualThreadTask.current();
        if (running.contains(closer)) {
            throw new IllegalStateException(
                    closer + " is in " + this + ", and closing would wait for it. Close the set in another task.");
        }
        closed = true;
        cancelAll("its task set was closed");
        deliver();
        awaitEnd(closer);
        dropTheRest();
    }

    private void awaitEnd(VirtualThreadTask<?> closer) {
        var wait = new EndWait(closer);
        closers.add(wait);
        try {
            while (!running.isEmpty()) {
                closer.park(this, wait);
            }
        } finally {
            closers.remove(wait);
        }
    }

    private void dropTheRest() {
        try {
            for (VirtualThreadTask<T> task = ended.poll(); task != null; task = ended.poll()) {
                Object unclaimed = task.unclaimed();
                if (unclaimed != null) {
                    Leftovers.dispose(() -> Leftovers.close(unclaimed));
                }
            }
        } finally {
            offspring.end();
        }
    }

    /** A task that waits for all to end, cancelled or not. */
    private static final class EndWait implements AbortHandler {
        private final VirtualThreadTask<?> closer;

        EndWait(VirtualThreadTask<?> closer) {
            this.closer = closer;
        }

        void over() {
            closer.unpark(this);
        }

        @Override
        public boolean abort() {
            return false;
        }
    }

    private void checkLoop() {
        LowLevel.checkLoop(this, loop.face, "Create a set in each loop.");
    }

    // ---- queries

    /** {@return the tasks that are running, in order of creation} */
    public List<Task<T>> tasks() {
        return List.copyOf(running);
    }

    /** {@return how many tasks the set has not returned yet, running or ended} */
    public int size() {
        return running.size() + ended.size();
    }

    @Override
    public String toString() {
        return "a set of " + size() + " tasks, " + ended.size() + " of them ended";
    }
}
