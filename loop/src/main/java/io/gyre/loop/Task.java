package io.gyre.loop;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A body that runs on a loop, at the same time as the loop's other tasks but never in parallel with them.
 *
 * <p>A task is a virtual thread whose scheduler is the loop. It goes on until it suspends, in a call of this library or
 * in any call of the JDK that parks: {@code Thread.sleep}, a lock, a blocking socket. Between two suspensions no other
 * task, callback or timer of the loop runs, so data that only they use needs no lock.
 *
 * <p>A task sees the {@link ScopedValue}s that were bound where it was created, also when the binding itself has ended
 * since; so do callbacks and offloaded calls. Virtual threads that it starts without this library do not.
 *
 * <p>The loop holds each task until it is done. A failure counts as observed when somebody awaits the task, asks for the
 * exception ({@link #exceptionNow()}, {@link #get()}), or has registered a {@link #whenDone} callback; {@link #isDone()} and
 * {@link #state()} do not count. The loop's {@link io.gyre.loop.spi.FailureHandler} receives a failure that nobody has
 * observed as soon as nobody is left who would: the task that created the failed task has ended, nobody has the task object
 * any more, ten seconds of real time have passed, or the loop ends. Failures of the tasks of a {@link TaskGroup} go to the
 * group; a group that only supervises them reports at its end those that nobody has observed.
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
 * <p><b>Source:</b> asyncio {@code Task}. Differs: the body is always entered, also when the task was cancelled before;
 * cancellation is raised at each checkpoint until the body ends; a body that returns a value has succeeded, cancelled or
 * not.
 *
 * @param <T> the result
 */
public sealed interface Task<T extends @Nullable Object> extends Awaitable<T> permits VisibleTask {
    /** {@return the name that it was created with, or {@code task-} and its id} */
    String name();

    /** {@return the id, unique in this JVM; the id of the task's thread in thread dumps} */
    long id();

    /** {@return where it was created, as a stack frame reads, or null if that is unknown} */
    @Nullable
    String createdAt();

    /** {@return the loop that runs it} */
    EventLoop loop();

    /** {@return whether it was created by {@link EventLoop#createSystemTask}, or in a group of such a task} */
    boolean isSystem();

    /**
     * Asks the body to stop.
     *
     * <p>If the body waits in a call of this library, the wait is undone and the call throws
     * {@link CancelledException}. If it waits in a blocking call of the JDK that reacts to interrupts, its thread is
     * interrupted once. If it runs or is ready, the next suspending call throws; if it waits in such a call of the JDK
     * before, it is interrupted there. If it is cleaning up after the cancellation of a scope in it, which may block in
     * peace, the request arrives when it has left this scope. An operation that has completed is delivered first: nothing
     * that was taken from a queue or a socket is lost. The body is entered even when it had not begun.
     *
     * <p>Nothing else is interrupted. A call of the JDK that does not react to interrupts, such as
     * {@code CompletableFuture.join}, {@code Lock.lock} or {@code synchronized}, goes on until it returns, and so does a
     * computation or an operation on a file. What was sent for a scope is taken back when control leaves the scope, also if
     * the body has restored the interrupt status.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no; {@link #await()} the task to know that it has stopped.
     *
     * @param reason why, for the message of the exception
     * @return false if the task was already done, or its loop closed
     */
    boolean cancel(String reason);

    /**
     * Asks the body to stop, and waits until it has.
     *
     * <p><b>Confinement:</b> another task of the same loop. <b>Suspends:</b> until this is done, well or badly; its outcome
     * is not thrown, and its failure counts as observed. <b>Cancellation:</b> ends the wait.
     *
     * @param reason why, for the message of the exception
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
     * {@return whether the body has ended because it was cancelled; false for as long as it is still cleaning up}
     *
     * @see Future#state()
     */
    @Override
    boolean isCancelled();

    /**
     * {@return what the task waits for, in words, or null if it is ready or done}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    @Nullable
    String waitsFor();

    /**
     * {@return the frames of the body, innermost first; empty if it has not begun or is done}
     *
     * <p><b>Confinement:</b> any thread. Meant for dumps: costs microseconds.
     */
    StackTraceElement[] stackTrace();
}
