package io.gyre.loop;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the work of a {@link TaskGroup} is over, and what its result is.
 *
 * <p><b>Confinement:</b> called on the loop thread; one joiner serves one group.
 *
 * <p><b>Source:</b> JEP 505 {@code StructuredTaskScope.Joiner}, by the same names.
 *
 * @param <T> the results of the tasks
 * @param <R> the result of the group
 */
public interface Joiner<T extends @Nullable Object, R extends @Nullable Object> {
    /**
     * A task of the group is done. Must not suspend.
     *
     * @param task the task
     * @return true if the work is over, and what is left of it is cancelled
     */
    boolean onComplete(Task<? extends T> task);

    /**
     * All tasks are done.
     *
     * @return the result of the group
     * @throws TaskGroupException if the tasks that failed leave no result
     */
    R result();

    /**
     * {@return a joiner that wants all tasks to succeed: the first failure ends the work} Its result are the tasks, in the
     * order of their creation.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, List<Task<? extends T>>> allSuccessfulOrThrow() {
        return new Joiners.AllSuccessful<>();
    }

    /**
     * {@return a joiner that wants one task to succeed: the first success ends the work, and is its result} Throws when all
     * have failed. If others succeed, too, before they can be cancelled, nobody gets their results.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, T> anySuccessfulResultOrThrow() {
        return new Joiners.AnySuccessful<>();
    }

    /**
     * {@return a joiner that waits for all tasks, however they end} Nobody else need look at their failures. Its result are
     * the tasks, in the order of their creation.
     *
     * @param <T> the results of the tasks
     */
    static <T extends @Nullable Object> Joiner<T, List<Task<? extends T>>> awaitAll() {
        return allUntil(task -> false);
    }

    /**
     * {@return a joiner that waits for all tasks, or until one that is done meets a condition} Its result are the tasks, in
     * the order of their creation.
     *
     * @param <T> the results of the tasks
     * @param isOver whether a task that is done ends the work
     */
    static <T extends @Nullable Object> Joiner<T, List<Task<? extends T>>> allUntil(
            Predicate<? super Task<? extends T>> isOver) {
        return new Joiners.AllUntil<>(isOver);
    }
}
