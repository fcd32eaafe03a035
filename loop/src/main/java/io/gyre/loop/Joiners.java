package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Future.State;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The strategies behind {@link Joiner}. */
final class Joiners {
    private Joiners() {}

    /** Requires all tasks to succeed and holds no successful ones: a group may live for years. */
    static final class FailFast<T extends @Nullable Object> implements Joiner<T, @Nullable Void> {
        private final List<Throwable> failures = new ArrayList<>();

        @Override
        public boolean onComplete(Task<? extends T> task) {
            if (task.state() == State.FAILED) {
                failures.add(task.exceptionNow());
            }
            return !failures.isEmpty();
        }

        @Override
        public @Nullable Void result() {
            throwIfFailed(failures);
            return null;
        }
    }

    static final class AllSuccessful<T extends @Nullable Object> implements Joiner<T, List<Task<? extends T>>> {
        private final List<Task<? extends T>> done = new ArrayList<>();
        private final FailFast<T> failFast = new FailFast<>();

        @Override
        public boolean onComplete(Task<? extends T> task) {
            done.add(task);
            return failFast.onComplete(task);
        }

        @Override
        public List<Task<? extends T>> result() {
            failFast.result();
            return inOrderOfCreation(done);
        }
    }

    static final class AnySuccessful<T extends @Nullable Object> implements Joiner<T, T> {
        private final List<Throwable> failures = new ArrayList<>();
        private final List<T> results = new ArrayList<>();
        private @Nullable Task<? extends T> winner;

        @Override
        public boolean onComplete(Task<? extends T> task) {
            if (task.state() == State.SUCCESS) {
                winner = winner == null ? task : winner;
                results.add(task.resultNow());
            } else if (task.state() == State.FAILED) {
                failures.add(task.exceptionNow());
            }
            return winner != null;
        }

        @Override
        public T result() {
            if (winner != null) {
                return winner.resultNow();
            }
            throwIfFailed(failures);
            throw new NoSuchElementException(
                    "no task of the group succeeded: the group had no task, or all were cancelled");
        }

        /** {@return the results, the winner's first} */
        List<T> results() {
            return results;
        }
    }

    static final class AllUntil<T extends @Nullable Object> implements Joiner<T, List<Task<? extends T>>> {
        private final List<Task<? extends T>> done = new ArrayList<>();
        private final Predicate<? super Task<? extends T>> isOver;

        AllUntil(Predicate<? super Task<? extends T>> isOver) {
            this.isOver = isOver;
        }

        @Override
        public boolean onComplete(Task<? extends T> task) {
            done.add(task);
            return isOver.test(task);
        }

        @Override
        public List<Task<? extends T>> result() {
            return inOrderOfCreation(done);
        }
    }

    /** Lets each task stand for itself. The group does not observe failures. */
    static final class Supervisor implements Joiner<@Nullable Object, @Nullable Void> {
        private final Offspring tasks = new Offspring();

        /** A failure that the block has not observed is reported when the group ends. */
        void begun(VirtualThreadTask<?> task) {
            task.setSiblings(tasks);
        }

        void groupEnded() {
            tasks.end();
        }

        @Override
        public boolean onComplete(Task<?> task) {
            return false;
        }

        @Override
        public @Nullable Void result() {
            return null;
        }
    }

    static void throwIfFailed(List<Throwable> failures) {
        if (!failures.isEmpty()) {
            throw new TaskGroupException(
                    failures.size() == 1
                            ? "a task of the group failed: " + Describe.object(failures.getFirst())
                            : failures.size() + " tasks of the group failed, first: "
                                    + Describe.object(failures.getFirst()),
                    failures);
        }
    }

    /** Thread ids increase. */
    private static <T extends @Nullable Object> List<Task<? extends T>> inOrderOfCreation(
            List<Task<? extends T>> tasks) {
        return tasks.stream().sorted(Comparator.comparingLong(Task::id)).toList();
    }
}
