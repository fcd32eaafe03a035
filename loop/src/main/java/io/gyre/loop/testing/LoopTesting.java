package io.gyre.loop.testing;

import io.gyre.loop.Async;
import io.gyre.loop.Body;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopLocal;
import io.gyre.loop.NotAtomicException;
import io.gyre.loop.OffloadedCall;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Functions for tests, to be called in tasks. Import them statically.
 *
 * {@snippet :
 * Task<?> waiter = createTask(() -> lock.acquire());
 * awaitAllTasksParked();
 * assertThat(waiter.waitsFor()).isEqualTo("the lock");
 * }
 *
 * <p><b>Confinement:</b> tasks of a loop.
 */
public final class LoopTesting {
    private static final LoopLocal<Set<Task<?>>> BACKGROUND = LoopLocal.withInitial(HashSet::new);

    private LoopTesting() {}

    /**
     * Waits until all other tasks of the loop are parked and nothing is ready. A task in an offloaded call or in a blocking
     * call of the JDK counts as parked.
     *
     * <p>A clock that jumps stands still while a task waits here. All tasks that wait here are woken together.
     *
     * <p><b>Suspends:</b> always. <b>Cancellation:</b> ends the wait.
     *
     * @throws IllegalStateException if the loop's ticker is neither from {@link LoopTest} nor a {@link VirtualClock}
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-testing.html">trio wait_all_tasks_blocked</a>
     */
    public static void awaitAllTasksParked() {
        ParkedWaiters.of(EventLoop.current()).await();
    }

    /**
     * Declares that a task may be left over at the end of a {@link LoopTest}: the test then cancels and awaits it, and
     * it does not count as a leak. <b>Suspends:</b> no.
     *
     * {@snippet :
     * background(createTask("server", () -> serve()));
     * }
     *
     * @param <T> the result of the task
     * @param task a task of the current loop
     * @return the same task
     */
    public static <T extends @Nullable Object> Task<T> background(Task<T> task) {
        BACKGROUND.get().add(task);
        return task;
    }

    static boolean isBackground(Task<?> task) {
        return BACKGROUND.get().contains(task);
    }

    /**
     * Runs a body and fails unless it suspends.
     *
     * <p><b>Suspends:</b> as the body does.
     *
     * @param <T> the result
     * @param <X> the exception that the body may throw
     * @param body what to run
     * @return its result
     * @throws X the exception of the body, unchanged
     * @throws AssertionError if it has not suspended
     */
    public static <T extends @Nullable Object, X extends Exception> T assertSuspends(Body<T, X> body) throws X {
        long before = ticks();
        T result = body.run();
        if (ticks() == before) {
            throw new AssertionError(
                    "expected a body that suspends, but " + Async.currentTask()
                            + " ran to its end without giving up the loop: what it waits for was there already, or it never waits");
        }
        return result;
    }

    /**
     * Does what {@link #assertSuspends(Body)} does, for a body without a result.
     *
     * @param <X> the exception that the body may throw
     * @param body what to run
     * @throws X the exception of the body, unchanged
     * @throws AssertionError if it has not suspended
     */
    public static <X extends Exception> void assertSuspends(VoidBody<X> body) throws X {
        LoopTesting.<@Nullable Void, X>assertSuspends(() -> {
            body.run();
            return null;
        });
    }

    /**
     * Runs a body and fails if it suspends, also in a blocking call of the JDK. So nothing else runs on the loop in the
     * meantime. A call that would suspend is refused, as in {@link Async#atomic(Body)}: the failure names it, and its
     * cause has the line.
     *
     * {@snippet :
     * assertThat(assertDoesNotSuspend(() -> queue.get())).isEqualTo("an element that is there");
     * }
     *
     * <p><b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param <X> the exception that the body may throw
     * @param body what to run
     * @return its result
     * @throws X the exception of the body, unchanged
     * @throws AssertionError if it would suspend, or has suspended
     */
    public static <T extends @Nullable Object, X extends Exception> T assertDoesNotSuspend(Body<T, X> body) throws X {
        try {
            return Async.atomic(body);
        } catch (NotAtomicException suspended) {
            throw new AssertionError(
                    "expected a body that does not suspend, but it does: " + suspended.getMessage(), suspended);
        }
    }

    /**
     * Does what {@link #assertDoesNotSuspend(Body)} does, for a body without a result.
     *
     * @param <X> the exception that the body may throw
     * @param body what to run
     * @throws X the exception of the body, unchanged
     * @throws AssertionError if it would suspend, or has suspended
     */
    public static <X extends Exception> void assertDoesNotSuspend(VoidBody<X> body) throws X {
        LoopTesting.<@Nullable Void, X>assertDoesNotSuspend(() -> {
            body.run();
            return null;
        });
    }

    /**
     * Fails unless all offloaded calls of the loop have ended, also those whose tasks have been cancelled or no longer
     * wait. Each {@link LoopTest} does the same at its end for calls that nobody awaits.
     *
     * {@snippet :
     * reader.cancelAndJoin("enough");
     * assertOffloadIdle();
     * }
     *
     * <p><b>Suspends:</b> while a call runs, for up to 2 s of real time, because a call that was interrupted ends in its own
     * thread. A virtual clock does not move by itself meanwhile. <b>Cancellation:</b> ends the wait.
     *
     * @throws AssertionError if a call has not ended; it names each such call, its task, and where it was offloaded
     * @see EventLoop#offloadedCalls()
     */
    public static void assertOffloadIdle() {
        List<OffloadedCall> running = OffloadEnd.await(_ -> true);
        if (!running.isEmpty()) {
            throw new AssertionError(
                    "expected that no offloaded call runs any more, but there are:" + OffloadEnd.lines(running));
        }
    }

    /** A suspended task goes on in a later tick: tasks that become ready wait for the next tick. */
    private static long ticks() {
        return EventLoop.current().statistics().ticks();
    }
}
