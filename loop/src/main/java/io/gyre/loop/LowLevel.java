package io.gyre.loop;

import io.gyre.loop.internal.poll.Direction;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The door for libraries that add a way to suspend: locks, queues, sockets. {@code io.gyre.net} uses nothing else.
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop, except where a method says <em>any thread</em>.
 *
 * <p><b>Source:</b> trio {@code trio.lowlevel}.
 */
public final class LowLevel {
    private LowLevel() {}

    /**
     * Begins an operation: raises a pending cancellation before anything is taken, and lets others run if this task's
     * last 128 operations have completed without suspending.
     *
     * <p><b>Suspends:</b> now and then. Call it first in each operation that may suspend; what the operation completes
     * after that is delivered.
     *
     * @return the current task
     * @throws CancelledException if the task is cancelled
     */
    public static Task<?> checkpoint() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        return task;
    }

    /**
     * {@return whether the caller is a task or callback of a loop that is not closed, or a virtual thread that one of these
     * has started} Any thread.
     */
    public static boolean inTask() {
        return VirtualThreadTask.currentLoopOrNull() != null;
    }

    /**
     * Parks the current task until {@link #unpark}.
     *
     * {@snippet :
     * Task<?> task = Async.currentTask();
     * waiters.add(task);
     * LowLevel.park(this, () -> waiters.remove(task));
     * }
     *
     * <p><b>Suspends:</b> until unparked. <b>Cancellation:</b> calls the abort handler; if that could undo the wait, throws
     * {@link CancelledException}, otherwise goes on waiting.
     *
     * @param reason what the task waits for; its {@code toString} is shown in dumps
     * @param abortHandler undoes the wait, and identifies it
     * @throws CancelledException if the wait was undone
     * @throws IllegalStateException if called outside a task, or by a callback that runs at the end of the step of a task which
     *     has begun to wait
     */
    public static void park(Object reason, AbortHandler abortHandler) {
        VirtualThreadTask.current().park(reason, abortHandler);
    }

    /**
     * Makes a task ready that has called {@link #park}. <b>Suspends:</b> no.
     *
     * @param task a task of the current loop
     * @return false if the task was not parked, or not in that way; it is left alone then
     */
    public static boolean unpark(Task<?> task) {
        var parked = (VirtualThreadTask<?>) task;
        parked.loop.checkLoopThread("unpark");
        return parked.unpark();
    }

    /**
     * Makes a task ready that waits in one certain call of {@link #park}, and leaves it alone if it waits for something
     * else. For those who may still list a task whose wait has ended, by an error or with its loop. <b>Suspends:</b> no.
     *
     * @param task a task of the current loop
     * @param abortHandler that of the call; an object that serves no other
     * @return false if the task does not wait in that call
     */
    public static boolean unpark(Task<?> task, AbortHandler abortHandler) {
        var parked = (VirtualThreadTask<?>) task;
        return parked.isParkedIn(abortHandler) && unpark(task);
    }

    /**
     * {@return whether a task waits in one certain call of {@link #park}} Whoever hands out something that must not be lost
     * asks this first. <b>Suspends:</b> no.
     *
     * @param task the task
     * @param abortHandler that of the call; an object that serves no other
     */
    public static boolean isParkedIn(Task<?> task, AbortHandler abortHandler) {
        var parked = (VirtualThreadTask<?>) task;
        return parked.loop.inLoop() && parked.isParkedIn(abortHandler);
    }

    /**
     * Makes a blocking call of the JDK or of another library into one like those of this library: it is a checkpoint,
     * says what it waits for, and can be cancelled.
     *
     * {@snippet :
     * Permit permit = LowLevel.blocking("a permit of " + pool, () -> pool.acquire());
     * }
     *
     * <p>Outside a task, and in one that has outlived its loop, this runs the body and nothing else, so that code which
     * serves tasks and threads alike need not ask who calls.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> if the body does. Always a checkpoint, before the body.
     * <b>Cancellation:</b> interrupts the body, whose {@link InterruptedException} becomes {@link CancelledException}; an
     * interrupt that somebody else sends cancels the task. A body that returns all the same has made it, and its value is
     * returned.
     *
     * @param <T> the result
     * @param <X> what the body may throw, besides {@code InterruptedException}
     * @param reason what the body waits for; its {@code toString} is shown in dumps
     * @param body runs in line; one that would block the loop itself, such as file I/O, belongs in
     *     {@link Async#offload(Body)}
     * @return its result
     * @throws X what the body throws, as it is
     * @throws CancellationException if the body was interrupted: in a task a {@link CancelledException}, elsewhere with the
     *     interrupt status set again
     */
    public static <T extends @Nullable Object, X extends Exception> T blocking(Object reason, BlockingBody<T, X> body)
            throws X {
        VirtualThreadTask<?> task = VirtualThreadTask.currentOrNull();
        if (task == null) {
            return blockingOutside(reason, body);
        }
        task.checkpoint();
        return task.blocking(reason, body);
    }

    private static <T extends @Nullable Object, X extends Exception> T blockingOutside(
            Object reason, BlockingBody<T, X> body) throws X {
        try {
            return body.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var cancelled = new CancellationException(Describe.object(Thread.currentThread())
                    + " was interrupted while waiting for " + Describe.object(reason));
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /**
     * Does what {@link #blocking(Object, BlockingBody)} does, for a body without a result.
     *
     * @param <X> what the body may throw, besides {@code InterruptedException}
     * @param reason what the body waits for; its {@code toString} is shown in dumps
     * @param body runs in line
     * @throws X what the body throws, as it is
     * @throws CancellationException if the body was interrupted
     */
    public static <X extends Exception> void blocking(Object reason, VoidBlockingBody<X> body) throws X {
        LowLevel.<@Nullable Void, X>blocking(reason, () -> {
            body.run();
            return null;
        });
    }

    /**
     * Code with a result that blocks.
     *
     * @param <T> the result
     * @param <X> the checked exception that the code may throw, besides {@code InterruptedException}; inferred
     */
    @FunctionalInterface
    public interface BlockingBody<T extends @Nullable Object, X extends Exception> {
        /**
         * Runs the code.
         *
         * @return the result
         * @throws X as the code does
         * @throws InterruptedException if the thread is interrupted
         */
        T run() throws X, InterruptedException;
    }

    /**
     * {@link BlockingBody} without a result.
     *
     * @param <X> the checked exception that the code may throw, besides {@code InterruptedException}; inferred
     */
    @FunctionalInterface
    public interface VoidBlockingBody<X extends Exception> {
        /**
         * Runs the code.
         *
         * @throws X as the code does
         * @throws InterruptedException if the thread is interrupted
         */
        void run() throws X, InterruptedException;
    }

    /**
     * Waits until a channel has something to read, or its end.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> takes nothing.
     *
     * @param channel a channel in non-blocking mode
     * @throws IllegalArgumentException if a channel of its kind cannot do that
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same
     * @throws IOException never otherwise
     */
    public static void awaitReadable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.READ, SelectionKey.OP_READ);
    }

    /**
     * Waits until a channel takes bytes.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> writes nothing.
     *
     * @param channel a channel in non-blocking mode
     * @throws IllegalArgumentException if a channel of its kind cannot do that
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same
     * @throws IOException never otherwise
     */
    public static void awaitWritable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.WRITE, SelectionKey.OP_WRITE);
    }

    /**
     * Waits until a server channel has a connection to accept.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> accepts nothing.
     *
     * @param channel a server channel in non-blocking mode
     * @throws IllegalArgumentException if a channel of its kind cannot do that
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same
     * @throws IOException never otherwise
     */
    public static void awaitAcceptable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.READ, SelectionKey.OP_ACCEPT);
    }

    /**
     * Waits until a connect has ended, well or badly.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> leaves the connect going on; close the channel.
     *
     * @param channel a channel in non-blocking mode that is connecting
     * @throws IllegalArgumentException if a channel of its kind cannot do that
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same
     * @throws IOException never otherwise
     */
    public static void awaitConnectable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.WRITE, SelectionKey.OP_CONNECT);
    }

    /**
     * Ends the wait of a task in {@link #awaitReadable} as if the channel were readable, for those who have another reason to
     * let it look. <b>Suspends:</b> no. Does nothing if no task waits.
     *
     * @param channel the channel
     */
    public static void wakeReader(SelectableChannel channel) {
        ReadinessWait.wake(LoopCore.current(), channel, Direction.READ);
    }

    /**
     * Calls back in each tick in which a channel has something to read, until {@link #removeReader}. For one that listens
     * there is {@link #awaitAcceptable}.
     *
     * <p><b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure handler, and it stays.
     *
     * @param channel a channel in non-blocking mode
     * @param callback replaces the one that was there
     * @throws IllegalArgumentException if a channel of its kind cannot do that
     * @throws java.nio.channels.ClosedChannelException if the channel is closed
     * @throws BusyException if a task waits for the same
     * @throws IOException never otherwise
     */
    public static void addReader(SelectableChannel channel, Runnable callback) throws IOException {
        ReadinessWait.addCallback(LoopCore.current(), channel, Direction.READ, SelectionKey.OP_READ, callback);
    }

    /**
     * Takes back {@link #addReader}. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @return whether there was a callback
     */
    public static boolean removeReader(SelectableChannel channel) {
        return ReadinessWait.removeCallback(LoopCore.current(), channel, Direction.READ);
    }

    /**
     * Calls back in each tick in which a channel takes bytes, until {@link #removeWriter}.
     *
     * <p><b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure handler, and it stays.
     *
     * @param channel a channel in non-blocking mode
     * @param callback replaces the one that was there
     * @throws IllegalArgumentException if a channel of its kind cannot do that
     * @throws java.nio.channels.ClosedChannelException if the channel is closed
     * @throws BusyException if a task waits for the same
     * @throws IOException never otherwise
     */
    public static void addWriter(SelectableChannel channel, Runnable callback) throws IOException {
        ReadinessWait.addCallback(LoopCore.current(), channel, Direction.WRITE, SelectionKey.OP_WRITE, callback);
    }

    /**
     * Takes back {@link #addWriter}. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @return whether there was a callback
     */
    public static boolean removeWriter(SelectableChannel channel) {
        return ReadinessWait.removeCallback(LoopCore.current(), channel, Direction.WRITE);
    }

    /**
     * Closes a channel; tasks that wait for it get {@link java.nio.channels.AsynchronousCloseException}. Use this
     * instead of the channel's own {@code close}: of that the loop learns only when something else ends its next wait.
     * Outside a loop this does no more than that. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @throws IOException if closing fails; the waiting tasks are told all the same
     */
    public static void close(SelectableChannel channel) throws IOException {
        LoopCore loop = VirtualThreadTask.currentLoopOrNull();
        if (loop == null) {
            channel.close();
        } else {
            loop.tick.poller.close(channel);
        }
    }

    /**
     * Does what {@link #close} does, and has the system let go of the channel before it returns: its address is free then, and a
     * reset is on its way. Otherwise that happens in the next tick, if the channel was ever waited for. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @throws IOException if closing fails; the waiting tasks are told all the same
     */
    public static void closeNow(SelectableChannel channel) throws IOException {
        try {
            close(channel);
        } finally {
            LoopCore loop = VirtualThreadTask.currentLoopOrNull();
            if (loop != null) {
                loop.tick.poller.forgetClosed();
            }
        }
    }

    /**
     * Runs a callback before the next step of the loop: when this task has parked or ended, or this callback has returned. For
     * what collects small pieces of work while a step goes on. <b>Suspends:</b> no.
     *
     * @param callback runs on the loop thread, in whatever task: must be short and must not suspend; what it throws goes to
     *     the failure handler. One for which the stack of that task is too short is run once more, elsewhere
     */
    public static void atEndOfStep(Runnable callback) {
        LoopCore.current().tick.atEndOfStep(Objects.requireNonNull(callback));
    }

    /**
     * Starts a task on behalf of somebody else's code. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param name for messages and thread dumps
     * @param origin what {@link #origin()} has returned, or the user's object that the task serves: messages name the place
     *     where it was handed to the library, if the packages of the library have the mark
     *     {@link io.gyre.loop.spi.LibraryCode}
     * @param body what the task runs
     * @return the task
     */
    public static <T extends @Nullable Object> Task<T> createTask(
            String name, Object origin, Callable<? extends T> body) {
        return LoopCore.current().start(name, origin, body, null);
    }

    /**
     * Does what {@link #createTask(String, Object, Callable)} does, for a task without a result.
     *
     * @param name for messages and thread dumps
     * @param origin the user's object that the task serves; messages name the place where it was created
     * @param body what the task runs
     * @return the task
     */
    public static Task<@Nullable Void> createTask(String name, Object origin, VoidBody<?> body) {
        return LoopCore.current().start(name, origin, body, null);
    }

    /**
     * {@return the place in the user's code that calls the library now, as the origin of tasks that it creates later, when the
     * user is not on the stack any more} It costs about a microsecond: keep it in a server or stream, not for each call.
     * <b>Suspends:</b> no.
     */
    public static Object origin() {
        return CreationSite.here(LoopCore.current().isDebug());
    }

    /**
     * Calls back once a task has ended, in whatever way, never before this method returns. Unlike
     * {@link Task#whenDone} this does not count as an observer: a failure that nobody else waits for is still reported.
     *
     * {@snippet :
     * Handle watch = LowLevel.whenEnded(owner, () -> sendAllAway(owner));
     * }
     *
     * <p><b>Confinement:</b> the task's loop; the callback runs there. <b>Suspends:</b> no. <b>Errors:</b> what the callback
     * throws goes to the loop's failure handler.
     *
     * @param task a task of the current loop. The one that {@link Async#currentTask()} gives to a virtual thread which a
     *     task has started by itself never ends
     * @param callback what to run, once
     * @return the handle that takes the callback back
     */
    public static Handle whenEnded(Task<?> task, Runnable callback) {
        return ((VirtualThreadTask<?>) task).whenEnded(callback);
    }

    /**
     * Hands a failure to the loop's failure handler. <b>Suspends:</b> no.
     *
     * @param failure what happened
     */
    public static void report(Failure failure) {
        LoopCore.current().report(failure);
    }

    /**
     * {@return an object of somebody else's in words, for a message} Never throws, whatever {@code toString} does; one line,
     * cut if it is long, with control characters and marks of writing direction as escapes, so that a text which a peer has
     * chosen cannot forge lines of a log. Any thread.
     *
     * @param object anything; a text is taken as it is
     */
    public static String describe(@Nullable Object object) {
        return Describe.object(object);
    }

    /**
     * {@return what to throw to somebody who waits for the result of something that failed} As {@link Awaitable#await()}
     * does, it wraps the failure once, however often that was handed on before. Any thread.
     *
     * @param what what failed, for the message
     * @param failure the failure
     */
    public static CompletionException completionException(Object what, Throwable failure) {
        return AwaitedFailureException.of(what, failure);
    }

    /**
     * {@return an exception and its causes, the outermost first} A chain of causes may be a ring: this ends after fifty. Any
     * thread.
     *
     * @param failure the exception
     */
    public static Iterable<Throwable> causes(Throwable failure) {
        return Failures.causes(failure);
    }
}
