package io.gyre.loop;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A body that runs on a loop, concurrently with the loop's other tasks but never in parallel with them.
 *
 * <p>A task is a virtual thread whose scheduler is the loop. It runs until it suspends, in a call of this library or in
 * any call of the JDK that parks: {@code Thread.sleep}, a lock, a blocking socket. Between two suspensions no other
 * task, callback or timer of the loop runs, so data used only by them needs no lock.
 *
 * <p>A task sees the {@link ScopedValue}s that were bound where it was created, even after the binding itself has
 * ended; callbacks and offloaded calls do, too. Virtual threads that a task starts without this library do not.
 *
 * <p>The loop holds each task until it is done. A failure counts as observed when the task is awaited, when its
 * exception is read ({@link #exceptionNow()}, {@link #get()}), or if it has a {@link #whenDone} callback;
 * {@link #isDone()} and {@link #state()} do not count. The loop's {@link io.gyre.loop.spi.FailureHandler} receives an
 * unobserved failure as soon as one of these happens: the task that created the failed task ends, the task object
 * becomes unreachable, ten seconds of real time pass, or the loop ends. Failures of tasks of a {@link TaskGroup} go to
 * the group; a supervising group reports the unobserved ones when it ends. A {@linkplain #detach() detached} task's
 * failure is reported at once.
 *
 * <p><b>Confinement:</b> {@link #await()} in tasks, {@link #whenDone} on the loop thread, the rest on any thread.
 *
 * {@snippet :
 * Task<Integer> answer = createTask(() -> {
 *     sleep(Duration.ofSeconds(1));
 *     return 42;
 * });
 * System.out.println(answer.await());
 * }
 *
 * <p><b>Source:</b> asyncio {@code Task}. Differs: the body is always entered, even if the task was cancelled before it
 * started; cancellation is raised at each checkpoint until the body ends; a body that returns a value has succeeded,
 * cancelled or not.
 *
 * @param <T> the result
 */
public sealed interface Task<T extends @Nullable Object> extends Awaitable<T> permits VisibleTask {
    /** {@return its name; by default {@code task-} and its id} */
    String name();

    /**
     * Renames the task and its thread, for messages and thread dumps from now on.
     *
     * <p><b>Confinement:</b> any thread; the task may be done. <b>Suspends:</b> no.
     *
     * <p><b>Source:</b> asyncio {@code Task.set_name}. Differs: the thread has the name, too.
     *
     * @param name of any length; messages escape and shorten it; empty for the default
     * @throws IllegalStateException if this is the task that runs callbacks
     */
    void setName(String name);

    /** {@return the id, unique in this JVM; the id of the task's thread in thread dumps} */
    long id();

    /** {@return the line that created it, formatted as a stack frame, or null if unknown} */
    @Nullable
    String createdAt();

    /** {@return the loop that runs it} */
    EventLoop loop();

    /** {@return whether it was created by {@link EventLoop#createSystemTask}, or in a group of such a task} */
    boolean isSystem();

    /**
     * Asks the body to stop.
     *
     * <p>If the body is suspended in a call of this library, the wait is undone and the call throws
     * {@link CancelledException}. If it is in a blocking call of the JDK that reacts to interrupts, its thread is
     * interrupted once. If it is running or ready, the next suspending call throws; if it enters such a call of the JDK
     * first, it is interrupted there. If it is cleaning up after the cancellation of an inner scope, where it may block
     * undisturbed, the request arrives when it leaves the scope. A completed operation is delivered first: nothing that
     * was taken from a queue or a socket is lost. The body is entered even if it had not started.
     *
     * <p>Nothing else is interrupted. A call of the JDK that does not react to interrupts, such as
     * {@code CompletableFuture.join}, {@code Lock.lock} or {@code synchronized}, continues until it returns, as do
     * computations and file operations. An interrupt sent on behalf of a scope is cleared when control leaves the
     * scope, even if the body has restored the interrupt status.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no; use {@link #await()} to wait until the task has stopped.
     *
     * @param reason why, for the exception's message
     * @return false if the task was already done, or its loop closed
     */
    boolean cancel(String reason);

    /**
     * Asks the body to stop, and waits until it has ended.
     *
     * <p><b>Confinement:</b> another task of the same loop. <b>Suspends:</b> until this task is done. Its outcome is
     * not thrown, and its failure counts as observed. <b>Cancellation:</b> ends the wait.
     *
     * @param reason why, for the exception's message
     */
    void cancelAndJoin(String reason);

    /**
     * Does what {@link #cancel(String)} does.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param mayInterruptIfRunning ignored
     * @return false if the task was already done, or its loop closed
     */
    @Override
    boolean cancel(boolean mayInterruptIfRunning);

    /**
     * {@return whether the body ended because it was cancelled; false while it is still cleaning up}
     *
     * @see Future#state()
     */
    @Override
    boolean isCancelled();

    /**
     * Leaves the task alone: nobody will await it. Its failure goes to the failure handler at once, as that of a callback
     * does, unless somebody awaits the task nevertheless.
     *
     * {@snippet :
     * createTask("audit", () -> audit(order)).detach();
     * }
     *
     * <p>The task lives in its loop and in no block: it goes on when its creator has ended or was cancelled, and is
     * cancelled when the loop closes. {@link EventLoop#shutdown} lets it finish.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no. Does nothing the second time.
     *
     * <p><b>Source:</b> tokio and Rust's threads, where dropping the handle detaches. asyncio needs a set of tasks, and a
     * callback that looks for the failure.
     *
     * @throws IllegalStateException if the task belongs to a {@link TaskGroup}, which awaits it
     */
    void detach();

    /**
     * {@return what the task waits for, in words, or null if it is ready or done}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    @Nullable
    String waitsFor();

    /**
     * {@return the frames of the body, innermost first; empty if it has not started or is done}
     *
     * <p><b>Confinement:</b> any thread. Meant for dumps; takes microseconds.
     */
    StackTraceElement[] stackTrace();
}
