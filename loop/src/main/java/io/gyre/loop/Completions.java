package io.gyre.loop;

import io.gyre.loop.Combinators.When;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future.State;
import java.util.function.BooleanSupplier;

/** Tasks in the order in which they become done, and the one task that waits for them. */
final class Completions implements AutoCloseable {
    /*
     * Design.
     *
     * Each unfinished task has an observer of ours, also between two steps of an iteration: otherwise the order of
     * tasks that become done meanwhile would be lost. In an iteration, such an observer does not count as observing
     * failures; returning the task does, because the iteration may be left early.
     *
     * We are not told when an iteration is left by `break`. But only the task that began the iteration can continue it,
     * so the observers are removed when this task has ended.
     *
     * Space for all tasks that may become done is allocated beforehand: recording a completion must not need memory.
     */
    private final VirtualThreadTask<?> waiter = VirtualThreadTask.current();
    private final boolean iterated;
    private final Set<VirtualThreadTask<?>> pending = new LinkedHashSet<>();
    private final Queue<VirtualThreadTask<?>> done;
    private final List<Observer> observers = new ArrayList<>();
    private final Observer endOfWaiter = new EndOfWaiter();
    private boolean observing;
    private boolean failed;

    /** The wait for one more task to be done. A separate object, because it identifies the wait. */
    private final AbortHandler wait = new AbortHandler() {
        @Override
        public boolean abort() {
            return true;
        }
    };

    /**
     * Observes tasks until this is closed.
     *
     * @throws WrongLoopException if a task belongs to another loop; then no task is observed
     */
    Completions(Collection<? extends Task<?>> tasks) {
        this(tasks, false);
    }

    private Completions(Collection<? extends Task<?>> tasks, boolean iterated) {
        this.iterated = iterated;
        this.done = new ArrayDeque<>(tasks.size() + 1);
        for (Task<?> task : tasks) {
            waiter.loop.checkSameLoop((VirtualThreadTask<?>) task);
            if (task == waiter) {
                throw new IllegalStateException(task + " waits for itself and would never end");
            }
            pending.add((VirtualThreadTask<?>) task);
        }
        observe();
    }

    /** {@return the tasks one by one in the order in which they complete, for the current task} */
    static <T extends Task<?>> Iterator<T> iterate(Collection<? extends T> tasks) {
        var completions = new Completions(tasks, true);
        return completions.new Steps<T>();
    }

    // ---- observing

    private void observe() {
        observing = true;
        if (iterated) {
            waiter.removeObserver(endOfWaiter);
            waiter.addObserver(endOfWaiter);
        }
        for (VirtualThreadTask<?> task : List.copyOf(pending)) {
            if (task.isDone()) {
                add(task);
            } else {
                var observer = new EndOfTask(task);
                observers.add(observer);
                task.addObserver(observer);
            }
        }
        forgetWaiterIfOver();
    }

    private final class EndOfTask extends Observer {
        private final VirtualThreadTask<?> task;

        EndOfTask(VirtualThreadTask<?> task) {
            super(task);
            this.task = task;
        }

        @Override
        void completed() {
            add(task);
            forgetWaiterIfOver();
            waiter.unpark(wait);
        }

        @Override
        boolean observesFailure() {
            return !iterated;
        }

        @Override
        Object holder() {
            return Completions.this;
        }
    }

    private final class EndOfWaiter extends Observer {
        EndOfWaiter() {
            super(waiter);
        }

        @Override
        void completed() {
            close();
        }

        @Override
        boolean observesFailure() {
            return false;
        }
    }

    private void add(VirtualThreadTask<?> task) {
        pending.remove(task);
        failed |= task.state() == State.FAILED;
        done.add(task);
    }

    private void forgetWaiterIfOver() {
        if (pending.isEmpty() || !observing) {
            waiter.removeObserver(endOfWaiter);
        }
    }

    /** Removes the observers. */
    @Override
    public void close() {
        observing = false;
        observers.forEach(observer -> observer.completion().removeObserver(observer));
        observers.clear();
        forgetWaiterIfOver();
    }

    // ---- waiting: in the task

    boolean isEnough(When when) {
        return pending.isEmpty()
                || switch (when) {
                    case FIRST_COMPLETED -> !done.isEmpty();
                    case FIRST_EXCEPTION -> failed;
                    case ALL_COMPLETED -> false;
                };
    }

    void awaitUntil(BooleanSupplier condition) {
        waiter.checkpoint();
        while (!condition.getAsBoolean()) {
            waiter.park(this, wait);
        }
    }

    private final class Steps<T extends Task<?>> implements Iterator<T> {
        @Override
        public boolean hasNext() {
            return !pending.isEmpty() || !done.isEmpty();
        }

        @Override
        @SuppressWarnings("unchecked") // the collection held nothing else
        public T next() {
            requireWaiter();
            if (!hasNext()) {
                throw new NoSuchElementException("all tasks have been returned");
            }
            awaitOne();
            VirtualThreadTask<?> next = done.remove();
            next.failure(); // from here on the failure is the caller's
            return (T) next;
        }

        private void awaitOne() {
            if (!observing) {
                observe(); // an earlier step was cancelled
            }
            try {
                awaitUntil(() -> !done.isEmpty());
            } catch (Throwable cancelled) {
                close();
                throw cancelled;
            }
        }
    }

    private void requireWaiter() {
        VirtualThreadTask<?> caller = VirtualThreadTask.current();
        if (caller != waiter) {
            throw new IllegalStateException(caller + " asks for the next of the tasks that " + waiter
                    + " awaits. Call iterator() in the task that iterates.");
        }
    }

    @Override
    public String toString() {
        return pending.size() + " tasks";
    }
}
