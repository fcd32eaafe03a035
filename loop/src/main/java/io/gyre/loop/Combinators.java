package io.gyre.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future.State;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Functions over several tasks, meant to be imported statically, like those of {@link Async}.
 *
 * <p><b>Confinement:</b> tasks of one loop. <b>Cancellation:</b> each function is a checkpoint where it suspends.
 */
public final class Combinators {
    private Combinators() {}

    // ---- gather

    /**
     * Runs bodies concurrently, in a group, and waits for all results.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels them and waits for them.
     *
     * @param <T> the results
     * @param bodies what to run
     * @return the results in the order of the bodies
     * @throws TaskGroupException if a body fails, which cancels the others, with all failures listed; or if a body ends
     *     cancelled by itself. Results that others already had are closed if they are {@link AutoCloseable}
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.gather">asyncio.gather</a>
     */
    public static <T extends @Nullable Object> List<T> gather(Collection<? extends Callable<? extends T>> bodies) {
        Joiner<T, List<Task<? extends T>>> joiner = Joiner.allSuccessfulOrThrow();
        return results(TaskGroup.join(joiner, group -> createTasks(group, bodies)));
    }

    /**
     * Does what {@link #gather(Collection)} does.
     *
     * @param <T> the results
     * @param bodies what to run
     * @return the results in the order of the bodies
     * @throws TaskGroupException if a body fails
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads the array
    public static <T extends @Nullable Object> List<T> gather(Callable<? extends T>... bodies) {
        return gather(List.of(bodies));
    }

    /**
     * Runs bodies concurrently, in a group, and waits for all outcomes.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels them and waits for them.
     *
     * @param <T> the results
     * @param bodies what to run
     * @return the tasks, all done, in the order of the bodies; {@link Task#state()} says how each ended
     */
    public static <T extends @Nullable Object> List<Task<? extends T>> gatherSettled(
            Collection<? extends Callable<? extends T>> bodies) {
        Joiner<T, List<Task<? extends T>>> joiner = Joiner.awaitAll();
        return TaskGroup.join(joiner, group -> createTasks(group, bodies));
    }

    /**
     * Does what {@link #gatherSettled(Collection)} does.
     *
     * @param <T> the results
     * @param bodies what to run
     * @return the tasks, all done, in the order of the bodies
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads the array
    public static <T extends @Nullable Object> List<Task<? extends T>> gatherSettled(Callable<? extends T>... bodies) {
        return gatherSettled(List.of(bodies));
    }

    /**
     * Waits for tasks that are already running. The first failure cancels the others.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels them and does not wait for them: this call
     * does not own them, and one of them may be waiting for the caller. {@link #gather} runs bodies that it owns.
     *
     * @param <T> the results
     * @param tasks tasks of this loop, not including the calling task; duplicates are allowed
     * @return the results in the order of the tasks
     * @throws TaskGroupException if tasks fail, or are cancelled
     * @throws WrongLoopException if a task belongs to another loop; no task is cancelled then
     * @throws IllegalStateException if the calling task is among them; no task is cancelled then
     */
    public static <T extends @Nullable Object> List<T> gatherTasks(Collection<? extends Task<? extends T>> tasks) {
        List<Task<? extends T>> all = List.copyOf(tasks);
        if (all.isEmpty()) {
            return List.of();
        }
        var distinct = new LinkedHashSet<Task<?>>(all);
        boolean allSucceeded = false;
        try (var completions = new Completions(distinct)) { // rejects tasks that cannot be awaited
            try {
                completions.awaitUntil(() -> completions.isEnough(When.FIRST_EXCEPTION));
                allSucceeded = completions.isEnough(When.ALL_COMPLETED);
            } finally {
                if (!allSucceeded) {
                    distinct.forEach(task -> task.cancel("another task of the same gather failed or was cancelled"));
                }
            }
            completions.awaitUntil(() -> completions.isEnough(When.ALL_COMPLETED));
        }
        var failures = new ArrayList<Throwable>();
        for (Task<?> task : distinct) {
            Throwable failure = ((Completion<?>) task).failure();
            if (failure != null && (task.state() == State.FAILED || allSucceeded)) {
                failures.add(failure);
            }
        }
        Joiners.throwIfFailed(failures);
        return results(all);
    }

    /** A loop, because a method of the JDK would be taken for the place that created the tasks. */
    private static <T extends @Nullable Object> void createTasks(
            TaskGroup<T> group, Collection<? extends Callable<? extends T>> bodies) {
        for (Callable<? extends T> body : bodies) {
            group.<T>createTask(body);
        }
    }

    private static <T extends @Nullable Object> List<T> results(List<? extends Task<? extends T>> done) {
        requireResults(done);
        var results = new ArrayList<T>(done.size());
        for (Task<? extends T> task : done) {
            results.add(task.resultNow());
        }
        return results;
    }

    private static void requireResults(List<? extends Task<?>> done) {
        var failures = new ArrayList<Throwable>();
        for (Task<?> task : done) {
            Throwable failure = ((Completion<?>) task).failure();
            if (failure != null) {
                failures.add(failure);
            }
        }
        Joiners.throwIfFailed(failures);
    }

    // ---- wait

    /** The condition that {@link #awaitTasks} waits for. */
    public enum When {
        /** One task is done, with any outcome. */
        FIRST_COMPLETED,
        /** One task has failed, or all are done. A cancelled task has not failed. */
        FIRST_EXCEPTION,
        /** All tasks are done. */
        ALL_COMPLETED
    }

    /**
     * Tasks that are done, and tasks that are not.
     *
     * @param done the tasks that are done, in the order given
     * @param pending the others
     */
    public record Settled(Set<Task<?>> done, Set<Task<?>> pending) {}

    /**
     * Waits for some or all of several tasks.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> ends the wait and leaves the tasks alone. A failure of a task counts
     * as observed.
     *
     * @param tasks tasks of this loop, at least one
     * @param when what to wait for
     * @return the tasks that are done, and those that are not
     * @throws IllegalArgumentException if there is no task
     * @throws WrongLoopException if a task belongs to another loop
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.wait">asyncio.wait</a>
     */
    public static Settled awaitTasks(Collection<? extends Task<?>> tasks, When when) {
        var pending = new LinkedHashSet<Task<?>>(tasks);
        if (pending.isEmpty()) {
            throw new IllegalArgumentException("there is no task to wait for");
        }
        try (var completions = new Completions(pending)) {
            completions.awaitUntil(() -> completions.isEnough(when));
        }
        return settled(pending);
    }

    private static Settled settled(Collection<? extends Task<?>> tasks) {
        var done = new LinkedHashSet<Task<?>>();
        var pending = new LinkedHashSet<Task<?>>();
        for (Task<?> task : tasks) {
            if (task.isDone()) {
                ((Completion<?>) task).failure(); // from here on the failure is the caller's
                done.add(task);
            } else {
                pending.add(task);
            }
        }
        return new Settled(done, pending);
    }

    /**
     * Does what {@link #awaitTasks(Collection, When)} does, for a limited time. When the time is up, the call returns
     * normally and cancels nothing.
     *
     * @param tasks tasks of this loop, at least one
     * @param when what to wait for
     * @param timeout how long
     * @return the tasks that are done, and those that are not
     */
    public static Settled awaitTasks(Collection<? extends Task<?>> tasks, When when, Duration timeout) {
        return Async.moveOnAfter(timeout, () -> awaitTasks(tasks, when)).orElseGet(() -> settled(tasks));
    }

    /**
     * {@return the tasks one by one, in the order in which they complete}
     *
     * {@snippet :
     * for (Task<Page> task : asCompleted(tasks)) {
     *     show(task.resultNow());
     * }
     * }
     *
     * <p><b>Confinement:</b> the task that calls {@code iterator()} iterates. <b>Suspends:</b> in each step of the
     * iteration. <b>Cancellation:</b> ends the wait and leaves the tasks alone; the iteration may continue later.
     * <b>Errors:</b> a task's failure counts as observed when the iteration returns the task, not before, so the
     * iteration may be left early. <b>Resources:</b> the unfinished tasks hold an abandoned iteration until the
     * iterating task has ended; to wait for the first task only, use {@link #awaitTasks}.
     *
     * @param <T> the kind of task
     * @param tasks of this loop
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed">asyncio.as_completed</a>
     */
    public static <T extends Task<?>> Iterable<T> asCompleted(Collection<? extends T> tasks) {
        return () -> Completions.iterate(tasks);
    }

    // ---- race

    /**
     * Runs bodies concurrently, in a group, and returns the first result. The others are cancelled and awaited.
     *
     * <p>Another body may still produce a result, if it had the result before it could be cancelled. That result is
     * dropped; if it is {@link AutoCloseable}, it is closed. For values that must not be lost,
     * {@linkplain #race(Collection, Consumer) pass a consumer}, or use a {@link io.gyre.loop.sync.Select}, where only
     * the winner takes anything.
     *
     * <p><b>Suspends:</b> until one has succeeded and the others have ended. <b>Cancellation:</b> cancels them and waits for
     * them.
     *
     * @param <T> the results
     * @param bodies what to run, at least one
     * @return the result of the first body that succeeds
     * @throws TaskGroupException if all fail
     */
    public static <T extends @Nullable Object> T race(Collection<? extends Callable<? extends T>> bodies) {
        return race(bodies, Leftovers::close);
    }

    /**
     * Does what {@link #race(Collection)} does.
     *
     * @param <T> the results
     * @param bodies what to run, at least one
     * @return the result of the first body that succeeds
     * @throws TaskGroupException if all fail
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of only reads the array
    public static <T extends @Nullable Object> T race(Callable<? extends T>... bodies) {
        return race(List.of(bodies));
    }

    /**
     * Does what {@link #race(Collection)} does, and passes on the results that the caller does not get: those of the
     * losing bodies, or all of them if the caller was cancelled.
     *
     * @param <T> the results
     * @param bodies what to run, at least one
     * @param unwanted receives each such result when all bodies have ended, in the calling task; what it throws goes to
     *     the failure handler
     * @return the result of the first body that succeeds
     * @throws TaskGroupException if all fail
     */
    public static <T extends @Nullable Object> T race(
            Collection<? extends Callable<? extends T>> bodies, Consumer<? super T> unwanted) {
        return Race.run(bodies, unwanted, group -> createTasks(group, bodies));
    }

    /**
     * Starts bodies one after the other, each as soon as the previous one has failed or a delay has passed, and returns
     * the first result. The others are cancelled and awaited; their results are treated as in
     * {@link #race(Collection)}.
     *
     * <p><b>Suspends:</b> until one has succeeded and all started bodies have ended. <b>Cancellation:</b> cancels them
     * and waits for them.
     *
     * @param <T> the results
     * @param delay how long to wait for a body that has neither succeeded nor failed before the next one starts
     * @param bodies what to run, at least one, the most promising first
     * @return the result of the first body that succeeds
     * @throws TaskGroupException if all fail
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8305">RFC 8305, Happy Eyeballs, section 5</a>
     */
    public static <T extends @Nullable Object> T staggered(
            Duration delay, Collection<? extends Callable<? extends T>> bodies) {
        return staggered(delay, bodies, Leftovers::close);
    }

    /**
     * Does what {@link #staggered(Duration, Collection)} does, and passes on the results that the caller does not get,
     * as {@link #race(Collection, Consumer)} does.
     *
     * @param <T> the results
     * @param delay how long to wait for a body that has neither succeeded nor failed before the next one starts
     * @param bodies what to run, at least one, the most promising first
     * @param unwanted receives each such result when all bodies have ended
     * @return the result of the first body that succeeds
     * @throws TaskGroupException if all fail
     */
    public static <T extends @Nullable Object> T staggered(
            Duration delay, Collection<? extends Callable<? extends T>> bodies, Consumer<? super T> unwanted) {
        return Race.run(bodies, unwanted, group -> {
            for (Callable<? extends T> body : bodies) {
                LoopFuture<@Nullable Void> next = EventLoop.current().createFuture();
                group.<T>createTask(body).whenDone(done -> next.setResult(null));
                Async.moveOnAfter(delay, () -> {
                    next.await();
                });
            }
        });
    }

    // ---- map

    /**
     * A function that may throw.
     *
     * @param <A> the argument
     * @param <R> the result
     */
    @FunctionalInterface
    public interface AsyncFunction<A extends @Nullable Object, R extends @Nullable Object> {
        /**
         * Applies the function.
         *
         * @param argument the argument
         * @return the result
         * @throws Exception fails the task that applies the function
         */
        R apply(A argument) throws Exception;
    }

    /**
     * Applies a function to each element, with limited concurrency.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels the running calls, and waits for them.
     *
     * @param <A> the elements
     * @param <R> the results
     * @param concurrency how many calls may run at once, at least one
     * @param elements the elements; the calling task takes them one by one, when there is room for another call; taking
     *     an element may suspend, as from a channel
     * @param function applied to each, in a task
     * @return the results in the order of the elements
     * @throws TaskGroupException if a call fails; no further calls are started then, and results so far are closed if
     *     they are {@link AutoCloseable}
     */
    public static <A extends @Nullable Object, R extends @Nullable Object> List<R> mapAsync(
            int concurrency, Iterable<? extends A> elements, AsyncFunction<? super A, ? extends R> function) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency is " + concurrency + "; it must be 1 or more");
        }
        var results = new ArrayList<R>();
        try {
            map(new Places(concurrency), elements, function, results);
            return results;
        } catch (Throwable failure) {
            results.forEach(nobodyGets -> Leftovers.dispose(() -> Leftovers.close(nobodyGets)));
            throw failure;
        }
    }

    @SuppressWarnings("NullAway") // each place is filled before it is read, or stays empty if the whole call fails
    private static <A extends @Nullable Object, R extends @Nullable Object> void map(
            Places places,
            Iterable<? extends A> elements,
            AsyncFunction<? super A, ? extends R> function,
            List<R> results) {
        requireResults(TaskGroup.join(places, group -> {
            Iterator<? extends A> source = elements.iterator();
            for (places.take(); source.hasNext(); places.take()) {
                A element = source.next();
                int place = results.size();
                results.add(null);
                Callable<@Nullable Object> call = () -> {
                    results.set(place, function.apply(element));
                    return null;
                };
                group.add(null, function, call);
            }
        }));
    }

    /**
     * How many calls may still start. Only one task waits for room, and only it touches the source: taking an element
     * may suspend, too. This is a joiner, because the end of a call makes room for the next unless it ends the work.
     */
    private static final class Places
            implements Joiner<@Nullable Object, List<Task<? extends @Nullable Object>>>, AbortHandler {
        private final Joiner<@Nullable Object, List<Task<? extends @Nullable Object>>> all =
                Joiner.allSuccessfulOrThrow();
        private int free;
        private @Nullable VirtualThreadTask<?> waiter;

        Places(int free) {
            this.free = free;
        }

        void take() {
            VirtualThreadTask<?> task = VirtualThreadTask.current();
            task.checkpoint();
            if (free == 0) {
                waiter = task;
                task.park(this, this);
            }
            free--;
        }

        @Override
        public boolean onComplete(Task<? extends @Nullable Object> call) {
            boolean over = all.onComplete(call);
            if (!over) {
                give();
            }
            return over;
        }

        private void give() {
            free++;
            if (waiter != null) {
                waiter.unpark(this);
                waiter = null;
            }
        }

        @Override
        public List<Task<? extends @Nullable Object>> result() {
            return all.result();
        }

        @Override
        public boolean abort() {
            waiter = null;
            return true;
        }

        @Override
        public String toString() {
            return "a running call to end before the next one starts";
        }
    }
}
