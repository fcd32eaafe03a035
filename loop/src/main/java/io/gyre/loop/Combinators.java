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
 * Functions over several tasks. Import them statically, as those of {@link Async}.
 *
 * <p><b>Confinement:</b> tasks of one loop. <b>Cancellation:</b> each function is a checkpoint where it suspends.
 */
public final class Combinators {
    private Combinators() {}

    // ---- gather

    /**
     * Runs bodies at the same time, in a group, and waits for all results.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels them and waits for them.
     *
     * @param <T> the results
     * @param bodies what to run
     * @return the results in the order of the bodies
     * @throws TaskGroupException if one fails; the others are cancelled then, and all failures listed; results that others
     *     had already are closed if they are {@link AutoCloseable}; or if one ends cancelled by itself
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
     * @throws TaskGroupException if one fails
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of reads the array only
    public static <T extends @Nullable Object> List<T> gather(Callable<? extends T>... bodies) {
        return gather(List.of(bodies));
    }

    /**
     * Runs bodies at the same time, in a group, and waits for all outcomes.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels them and waits for them.
     *
     * @param <T> the results
     * @param bodies what to run
     * @return the tasks, which are done, in the order of the bodies; {@link Task#state()} says how each ended
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
     * @return the tasks, which are done, in the order of the bodies
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of reads the array only
    public static <T extends @Nullable Object> List<Task<? extends T>> gatherSettled(Callable<? extends T>... bodies) {
        return gatherSettled(List.of(bodies));
    }

    /**
     * Waits for tasks that run already. The first failure cancels the others.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels them and does not wait for them: they are not
     * this call's own, and one of them may be waiting for the caller. {@link #gather} runs bodies that it owns.
     *
     * @param <T> the results
     * @param tasks of this loop, and not the calling task; the same one may be there twice
     * @return the results in the order of the tasks
     * @throws TaskGroupException if tasks fail, or are cancelled
     * @throws WrongLoopException if a task is of another loop; nothing is cancelled then
     * @throws IllegalStateException if the calling task is among them; nothing is cancelled then
     */
    public static <T extends @Nullable Object> List<T> gatherTasks(Collection<? extends Task<? extends T>> tasks) {
        List<Task<? extends T>> all = List.copyOf(tasks);
        if (all.isEmpty()) {
            return List.of();
        }
        var distinct = new LinkedHashSet<Task<?>>(all);
        boolean allSucceeded = false;
        try (var completions = new Completions(distinct)) { // refuses what cannot be awaited
            try {
                completions.awaitUntil(() -> completions.isEnough(ReturnWhen.FIRST_EXCEPTION));
                allSucceeded = completions.isEnough(ReturnWhen.ALL_COMPLETED);
            } finally {
                if (!allSucceeded) {
                    distinct.forEach(
                            task -> task.cancel("another task that it was gathered with has failed or was cancelled"));
                }
            }
            completions.awaitUntil(() -> completions.isEnough(ReturnWhen.ALL_COMPLETED));
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

    /** A loop, and no method of the JDK, which would be taken for the place where the tasks were created. */
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

    /** What {@link #awaitTasks} waits for. */
    public enum ReturnWhen {
        /** One task is done, in whatever way. */
        FIRST_COMPLETED,
        /** One task has failed, or all are done. A cancelled task has not failed. */
        FIRST_EXCEPTION,
        /** All tasks are done. */
        ALL_COMPLETED
    }

    /**
     * Tasks by what has become of them.
     *
     * @param done those that are done, in the order in which they were given
     * @param pending the others
     */
    public record Settled(Set<Task<?>> done, Set<Task<?>> pending) {}

    /**
     * Waits for some or all of several tasks.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> ends the wait and leaves the tasks alone. A failure of a task counts
     * as observed.
     *
     * @param tasks of this loop, at least one
     * @param when what to wait for
     * @return which are done and which are not
     * @throws IllegalArgumentException if there is no task
     * @throws WrongLoopException if a task is of another loop
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.wait">asyncio.wait</a>
     */
    public static Settled awaitTasks(Collection<? extends Task<?>> tasks, ReturnWhen when) {
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
                ((Completion<?>) task).failure(); // from here on it is the caller's
                done.add(task);
            } else {
                pending.add(task);
            }
        }
        return new Settled(done, pending);
    }

    /**
     * Does what {@link #awaitTasks(Collection, When)} does, for a limited time. That it has passed is no error, and cancels
     * nothing.
     *
     * @param tasks of this loop, at least one
     * @param when what to wait for
     * @param timeout how long
     * @return which are done and which are not
     */
    public static Settled awaitTasks(Collection<? extends Task<?>> tasks, ReturnWhen when, Duration timeout) {
        return Async.moveOnAfter(timeout, () -> awaitTasks(tasks, when)).orElseGet(() -> settled(tasks));
    }

    /**
     * {@return the tasks one by one, each when it is done}
     *
     * {@snippet :
     * for (Task<Page> task : asCompleted(tasks)) {
     *     show(task.resultNow());
     * }
     * }
     *
     * <p><b>Confinement:</b> the task that calls {@code iterator()} iterates. <b>Suspends:</b> in each step of the
     * iteration. <b>Cancellation:</b> ends the wait and leaves the tasks alone; the iteration may go on later.
     * <b>Errors:</b> a failure of a task counts as observed when the task is returned, and not before: the iteration may be
     * left early. <b>Resources:</b> until the task that iterates has ended, the tasks that are not done hold an iteration
     * that was left early; {@link #awaitTasks} is the call for the first one.
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
     * Runs bodies at the same time, in a group, and returns the first result. The others are cancelled and awaited.
     *
     * <p>Another body may all the same have a result, because it had got that before it could be cancelled. Nobody gets
     * it; if it is {@link AutoCloseable}, it is closed. Values that must not be lost need
     * {@linkplain #race(Collection, Consumer) somebody who takes them}, or a {@link io.gyre.loop.sync.Select}, in which
     * only the winner takes anything.
     *
     * <p><b>Suspends:</b> until one has succeeded and the others have ended. <b>Cancellation:</b> cancels them and waits for
     * them.
     *
     * @param <T> the results
     * @param bodies what to run, at least one
     * @return the result of the first that succeeds
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
     * @return the result of the first that succeeds
     * @throws TaskGroupException if all fail
     */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of reads the array only
    public static <T extends @Nullable Object> T race(Callable<? extends T>... bodies) {
        return race(List.of(bodies));
    }

    /**
     * Does what {@link #race(Collection)} does, and hands on the results that the caller does not get: those of others
     * than the winner, and all if the caller was cancelled.
     *
     * @param <T> the results
     * @param bodies what to run, at least one
     * @param unwanted receives each such result when all have ended, in the calling task; what it throws goes to
     *     the failure handler
     * @return the result of the first that succeeds
     * @throws TaskGroupException if all fail
     */
    public static <T extends @Nullable Object> T race(
            Collection<? extends Callable<? extends T>> bodies, Consumer<? super T> unwanted) {
        return Race.run(bodies, unwanted, group -> createTasks(group, bodies));
    }

    /**
     * Runs bodies one after the other, each as soon as the one before has failed or a delay has passed, and returns the first
     * result. The others are cancelled and awaited; what becomes of their results is as in {@link #race(Collection)}.
     *
     * <p><b>Suspends:</b> until one has succeeded and those that had begun have ended. <b>Cancellation:</b> cancels them and
     * waits for them.
     *
     * @param <T> the results
     * @param delay how long the others wait for one that has neither succeeded nor failed
     * @param bodies what to run, at least one, the most promising first
     * @return the result of the first that succeeds
     * @throws TaskGroupException if all fail
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8305">RFC 8305, Happy Eyeballs, section 5</a>
     */
    public static <T extends @Nullable Object> T staggered(
            Duration delay, Collection<? extends Callable<? extends T>> bodies) {
        return staggered(delay, bodies, Leftovers::close);
    }

    /**
     * Does what {@link #staggered(Duration, Collection)} does, and hands on the results that the caller does not get,
     * as {@link #race(Collection, Consumer)} does.
     *
     * @param <T> the results
     * @param delay how long the others wait for one that has neither succeeded nor failed
     * @param bodies what to run, at least one, the most promising first
     * @param unwanted receives each such result when all have ended
     * @return the result of the first that succeeds
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
         * @throws Exception fails the task that calls it
         */
        R apply(A argument) throws Exception;
    }

    /**
     * Applies a function to each element, to a limited number of them at the same time.
     *
     * <p><b>Suspends:</b> until all are done. <b>Cancellation:</b> cancels the calls that run, and waits for them.
     *
     * @param <A> the elements
     * @param <R> the results
     * @param concurrency how many calls may run at the same time, at least one
     * @param elements the elements; taken one by one, by the calling task, when there is room for them; taking one
     *     may suspend, as from a channel
     * @param function applied to each, in a task
     * @return the results in the order of the elements
     * @throws TaskGroupException if a call fails; no further ones are begun then, and results that were there are closed
     *     if they are {@link AutoCloseable}
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

    @SuppressWarnings("NullAway") // each place is filled before anybody looks, or stays empty when the whole fails
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
     * How many calls may still begin. One task waits for that, which alone touches the source: it may suspend there,
     * too. A joiner, because the end of a call makes room for the next unless it ends the work.
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
            return "a call to end, so that the next may begin";
        }
    }
}
