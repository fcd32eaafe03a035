package io.gyre.loop;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the work of a {@link TaskGroup} is over, and what its result is.
 *
 * <p><b>Confinement:</b> called on the loop thread; one joiner serves one group.
 *
 * <p><b>Source:</b> {@code StructuredTaskScope.Joiner}, with the names of its final form (JEP 525, 533 and 543). Differs:
 * failures are thrown as {@link TaskGroupException}, which holds all of them; a task of a group may end cancelled by
 * itself, so {@link #allSuccessfulOrThrow} returns the tasks; {@link #awaitAll} exists and does so, too; there is no
 * {@code onFork}, and no {@code timeout}, because a time limit is that of the block, see
 * {@link TaskGroupOptions#withTimeout}.
 *
 * @param <T> the results of the tasks
 * @param <R> the result of the group
 */
public interface Joiner<T extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Called when a task of the group is done. Must not suspend.
     *
     * @param task the task
     * @return true if the work is over, which cancels the remaining tasks
     */
    boolean onComplete(Task<? extends T> task);

    /**
     * All tasks are done.
     *
     * @return the result of the group
     * @throws TaskGroupException if the failed tasks leave no result
     */
    R result();

    /**
     * {@return a joiner that requires all tasks to succeed: the first failure ends the work} Returns the list of tasks,
     * in the order of their creation. {@link Combinators#gather} has the list of results.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, List<Task<? extends T>>> allSuccessfulOrThrow() {
        return new Joiners.AllSuccessful<>();
    }

    /**
     * {@return a joiner that waits for all tasks and has no result: the first failure ends the work} Holds no tasks that
     * have succeeded, and does not mind a task that ends cancelled by itself.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, @Nullable Void> awaitAllSuccessfulOrThrow() {
        return new Joiners.FailFast<>();
    }

    /**
     * {@return a joiner that requires one task to succeed: the first success ends the work, and is its result} Throws
     * when all have failed. Results of other tasks that succeed before they can be cancelled are dropped.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, T> anySuccessfulOrThrow() {
        return new Joiners.AnySuccessful<>();
    }

    /**
     * {@return a joiner that waits for all tasks, whatever their outcome} All failures count as observed. Returns the
     * list of tasks, in the order of their creation.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, List<Task<? extends T>>> awaitAll() {
        return allUntil(task -> false);
    }

    /**
     * {@return a joiner that waits for all tasks, or until a task that is done meets a condition} Returns the list of
     * tasks, in the order of their creation.
     *
     * @param <T> the results of the tasks
     * @param isOver whether a finished task ends the work
     */
    static <T extends @Nullable Object> Joiner<T, List<Task<? extends T>>> allUntil(
            Predicate<? super Task<? extends T>> isOver) {
        return new Joiners.AllUntil<>(isOver);
    }
}
