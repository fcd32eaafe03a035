package io.gyre.loop;

import io.gyre.loop.dump.TaskRef;
import io.gyre.loop.internal.poll.Direction;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.ChannelOwner;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For libraries that add new ways to suspend: locks, queues, sockets. {@code io.gyre.net} uses nothing else.
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop, except where a method says <em>any thread</em>.
 *
 * <p><b>Source:</b> trio {@code trio.lowlevel}.
 */
public final class LowLevel {
    private LowLevel() {}

    /**
     * Begins an operation: throws if a cancellation is pending, before anything is taken, and lets other tasks run if
     * this task's last 128 operations have completed without suspending.
     *
     * <p><b>Suspends:</b> now and then. Call it first in each operation that may suspend; whatever the operation
     * completes afterwards is delivered.
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
     * {@return whether the caller is a task or callback of a loop that is not closed, or a virtual thread started by
     * such a task or callback} Any thread.
     */
    public static boolean inTask() {
        return VirtualThreadTask.currentLoopOrNull() != null;
    }

    /**
     * Checks that the caller is on the loop that an object belongs to: what every primitive, stream or server asks first.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param what the object, for the message
     * @param owner the loop that it belongs to
     * @param remedy what to do instead, as a sentence
     * @throws WrongLoopException if the caller is a task of another loop, or another thread
     */
    public static void checkLoop(Object what, EventLoop owner, String remedy) {
        if (!owner.inLoop()) {
            throw new WrongLoopException(what, owner, inTask() ? Async.currentTask() : Thread.currentThread(), remedy);
        }
    }

    /**
     * {@return the method that the user's code has called, such as {@code Queue.tryPut}, for a message about misuse}
     *
     * <p>It is the outermost of the calls that this library and packages marked as {@link
     * io.gyre.loop.spi.LibraryCode} have made among themselves.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     */
    public static String calledMethod() {
        return CalledMethod.name();
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
     * <p><b>Suspends:</b> until unparked. <b>Cancellation:</b> calls the abort handler. If the handler undid the wait,
     * throws {@link CancelledException}; otherwise continues to wait.
     *
     * @param reason what the task waits for; its {@code toString} is shown in dumps
     * @param abortHandler undoes the wait, and identifies it
     * @throws CancelledException if the wait was undone
     * @throws IllegalStateException if called outside a task, or by a callback that runs at the end of the step of a
     *     task that has begun to wait
     */
    public static void park(Object reason, AbortHandler abortHandler) {
        VirtualThreadTask.current().park(reason, abortHandler);
    }

    /**
     * Makes a task ready that {@link #park} has parked. <b>Suspends:</b> no.
     *
     * @param task a task of the current loop
     * @return false if the task was not parked, or not by {@code park}; it is left alone then
     */
    public static boolean unpark(Task<?> task) {
        var parked = (VirtualThreadTask<?>) task;
        parked.loop.checkLoopThread("unpark");
        return parked.unpark();
    }

    /**
     * Makes a task ready that is parked in one particular call of {@link #park}, and leaves it alone if it waits for
     * something else. For callers that may still list a task whose wait has ended, by an error or with its loop.
     * <b>Suspends:</b> no.
     *
     * @param task a task of the current loop
     * @param abortHandler the handler passed to the call; an object used for no other wait
     * @return false if the task is not parked in that call
     */
    public static boolean unpark(Task<?> task, AbortHandler abortHandler) {
        var parked = (VirtualThreadTask<?>) task;
        return parked.isParkedIn(abortHandler) && unpark(task);
    }

    /**
     * {@return whether a task is parked in one particular call of {@link #park}} Check this before handing out
     * something that must not be lost. <b>Suspends:</b> no.
     *
     * @param task the task
     * @param abortHandler the handler passed to the call; an object used for no other wait
     */
    public static boolean isParkedIn(Task<?> task, AbortHandler abortHandler) {
        var parked = (VirtualThreadTask<?>) task;
        return parked.loop.inLoop() && parked.isParkedIn(abortHandler);
    }

    /**
     * Runs a blocking call of the JDK or of another library like a suspending call of this library: it is a checkpoint,
     * says what it waits for, and can be cancelled.
     *
     * {@snippet :
     * Permit permit = LowLevel.blocking("a permit of " + pool, () -> pool.acquire());
     * }
     *
     * <p>Outside a task, and in a task that has outlived its loop, this only runs the body, so that code which serves
     * both tasks and threads need not distinguish them.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> if the body does. Always a checkpoint, before the body.
     * <b>Cancellation:</b> interrupts the body, whose {@link InterruptedException} becomes {@link CancelledException};
     * an interrupt from elsewhere cancels the task. If the body returns a value nevertheless, the value is returned.
     *
     * @param <T> the result
     * @param <X> what the body may throw, besides {@code InterruptedException}
     * @param reason what the body waits for; its {@code toString} is shown in dumps
     * @param body runs in line; a body that would block the loop itself, such as file I/O, belongs in
     *     {@link Async#offload(Body)}
     * @return its result
     * @throws X what the body throws, unchanged
     * @throws CancellationException if the body was interrupted: in a task a {@link CancelledException}, elsewhere with
     *     the interrupt status restored
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
     * @throws X what the body throws, unchanged
     * @throws CancellationException if the body was interrupted
     */
    public static <X extends Exception> void blocking(Object reason, VoidBlockingBody<X> body) throws X {
        LowLevel.<@Nullable Void, X>blocking(reason, () -> {
            body.run();
            return null;
        });
    }

    /**
     * Blocking code with a result.
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
         * @throws X what the code throws
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
         * @throws X what the code throws
         * @throws InterruptedException if the thread is interrupted
         */
        void run() throws X, InterruptedException;
    }

    /**
     * {@return a factory of virtual threads that run under the JDK's own scheduler, wherever they are made and started}
     *
     * <p>The way out of the loop. On the JDKs of today, a virtual thread that is started in a task or callback by
     * {@link Thread#ofVirtual}, {@link Thread#startVirtualThread} or a library runs on the loop. Give a library these
     * threads if its threads compute, or serve others than this loop and outlive it.
     *
     * {@snippet :
     * HttpClient client = HttpClient.newBuilder()
     *         .executor(Executors.newThreadPerTaskExecutor(LowLevel.jdkThreadFactory()))
     *         .build();
     * }
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no. <b>Errors:</b> what a thread throws goes to its uncaught
     * exception handler; calls of this library that suspend throw {@code IllegalStateException} in it.
     * <b>Resources:</b> no loop knows the threads or ends them.
     *
     * @see EventLoop#threadFactory
     */
    public static ThreadFactory jdkThreadFactory() {
        return body -> VirtualThreads.newJdkThread(null, Objects.requireNonNull(body));
    }

    /**
     * Waits until a channel is readable or at its end.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> reads nothing.
     *
     * @param channel a channel in non-blocking mode
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same event
     * @throws IOException never otherwise
     */
    public static void awaitReadable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.READ, SelectionKey.OP_READ, null);
    }

    /**
     * Does what {@link #awaitReadable(SelectableChannel)} does, for a channel with an owner who keeps bytes of its own, which
     * dumps then show.
     *
     * <p><b>Suspends:</b> until the channel is readable or at its end. <b>Cancellation:</b> moves no bytes.
     *
     * @param channel a channel in non-blocking mode
     * @param owner what reads and writes the channel; kept with the channel
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same event
     * @throws IOException never otherwise
     */
    public static void awaitReadable(SelectableChannel channel, ChannelOwner owner) throws IOException {
        ReadinessWait.await(channel, Direction.READ, SelectionKey.OP_READ, owner);
    }

    /**
     * Waits until a channel is writable.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> writes nothing.
     *
     * @param channel a channel in non-blocking mode
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same event
     * @throws IOException never otherwise
     */
    public static void awaitWritable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.WRITE, SelectionKey.OP_WRITE, null);
    }

    /**
     * Does what {@link #awaitWritable(SelectableChannel)} does, for a channel with an owner who keeps bytes of its own, which
     * dumps then show.
     *
     * <p><b>Suspends:</b> until the channel is writable. <b>Cancellation:</b> moves no bytes.
     *
     * @param channel a channel in non-blocking mode
     * @param owner what reads and writes the channel; kept with the channel
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same event
     * @throws IOException never otherwise
     */
    public static void awaitWritable(SelectableChannel channel, ChannelOwner owner) throws IOException {
        ReadinessWait.await(channel, Direction.WRITE, SelectionKey.OP_WRITE, owner);
    }

    /**
     * Waits until a server channel has a connection to accept.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> accepts nothing.
     *
     * @param channel a server channel in non-blocking mode
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same event
     * @throws IOException never otherwise
     */
    public static void awaitAcceptable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.READ, SelectionKey.OP_ACCEPT, null);
    }

    /**
     * Waits until a connect has succeeded or failed.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> does not stop the connect; close the channel.
     *
     * @param channel a channel in non-blocking mode that is connecting
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed, also while waiting
     * @throws BusyException if another task or a callback waits for the same event
     * @throws IOException never otherwise
     */
    public static void awaitConnectable(SelectableChannel channel) throws IOException {
        ReadinessWait.await(channel, Direction.WRITE, SelectionKey.OP_CONNECT, null);
    }

    /**
     * Ends a task's wait in {@link #awaitReadable} as if the channel were readable, for callers with another reason to
     * let the task check. <b>Suspends:</b> no. Does nothing if no task waits.
     *
     * @param channel the channel
     */
    public static void wakeReader(SelectableChannel channel) {
        ReadinessWait.wake(LoopCore.current(), channel, Direction.READ);
    }

    /**
     * Calls back in each tick in which a channel is readable, until {@link #removeReader}. For listening channels, use
     * {@link #awaitAcceptable}.
     *
     * <p><b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure handler; the callback stays
     * registered.
     *
     * @param channel a channel in non-blocking mode
     * @param callback replaces the previous callback
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed
     * @throws BusyException if a task waits for the same event
     * @throws IOException never otherwise
     */
    public static void addReader(SelectableChannel channel, Runnable callback) throws IOException {
        ReadinessWait.addCallback(LoopCore.current(), channel, Direction.READ, SelectionKey.OP_READ, callback);
    }

    /**
     * Undoes {@link #addReader}. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @return whether there was a callback
     */
    public static boolean removeReader(SelectableChannel channel) {
        return ReadinessWait.removeCallback(LoopCore.current(), channel, Direction.READ);
    }

    /**
     * Calls back in each tick in which a channel is writable, until {@link #removeWriter}.
     *
     * <p><b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure handler; the callback stays
     * registered.
     *
     * @param channel a channel in non-blocking mode
     * @param callback replaces the previous callback
     * @throws IllegalArgumentException if this kind of channel does not support the operation
     * @throws java.nio.channels.ClosedChannelException if the channel is closed
     * @throws BusyException if a task waits for the same event
     * @throws IOException never otherwise
     */
    public static void addWriter(SelectableChannel channel, Runnable callback) throws IOException {
        ReadinessWait.addCallback(LoopCore.current(), channel, Direction.WRITE, SelectionKey.OP_WRITE, callback);
    }

    /**
     * Undoes {@link #addWriter}. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @return whether there was a callback
     */
    public static boolean removeWriter(SelectableChannel channel) {
        return ReadinessWait.removeCallback(LoopCore.current(), channel, Direction.WRITE);
    }

    /**
     * Registers a channel for a bridge to another library: the owner sets the interest in all operations itself, is told
     * which are ready, and can give the channel up without closing it.
     *
     * <p>{@link ChannelListener#run} of the owner is called once a tick for all of its channels that are ready. While the
     * channel is registered, tasks cannot wait for it by {@link #awaitReadable} and the like. A channel that was given up
     * can be registered again at once. <b>Suspends:</b> no.
     *
     * @param channel a channel in non-blocking mode for which nothing waits
     * @param listener the owner
     * @return the registration, without interest
     * @throws java.nio.channels.IllegalBlockingModeException if the channel is in blocking mode
     * @throws ClosedChannelException if the channel is closed
     * @throws BusyException if the channel is registered, or a task or callback waits for it
     * @throws WrongLoopException if the listener was created on another loop
     */
    public static ChannelRegistration register(SelectableChannel channel, ChannelListener listener)
            throws ClosedChannelException {
        return ChannelRegistration.register(channel, listener);
    }

    /**
     * {@return an iterator over what a source delivers, until its end} It fetches one element ahead, in {@code hasNext}, and
     * keeps it until {@code next}. For one task at a time.
     *
     * <p><b>Suspends:</b> no; {@code hasNext} and {@code next} do if the call that fetches does.
     *
     * @param <T> the elements
     * @param source for the message behind the end
     * @param fetch returns the next element, or null at the end
     */
    public static <T> Iterator<T> iterator(Object source, Supplier<? extends @Nullable T> fetch) {
        return new LookAhead<>(source, fetch);
    }

    /**
     * Closes a channel; tasks that wait for it get {@link java.nio.channels.AsynchronousCloseException}. Use this
     * instead of the channel's own {@code close}, which the loop notices only when something else ends its next wait.
     * Outside a loop this just closes the channel. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @throws IOException if closing fails; the waiting tasks are notified nevertheless
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
     * Does what {@link #close} does, and makes the system release the channel before it returns: its address is free
     * then, and a reset is on its way. Otherwise the release happens in the next tick, if the channel was ever waited
     * for. <b>Suspends:</b> no.
     *
     * @param channel the channel
     * @throws IOException if closing fails; the waiting tasks are notified nevertheless
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
     * Throws now if so little stack is left that giving something back could fail. A primitive calls this before it takes
     * what a {@code finally} block returns: a stack that overflows in the {@code finally} block would leave the primitive
     * taken by a task that goes on. Costs some ten nanoseconds. <b>Suspends:</b> no. Any thread.
     *
     * @throws StackOverflowError if less than about three kilobytes of stack are left
     */
    public static void requireStackForRelease() {
        StackRoom.requireForRelease();
    }

    /**
     * Runs a callback before the next step of the loop: when this task has parked or ended, or this callback has
     * returned. For code that batches small pieces of work during a step. <b>Suspends:</b> no.
     *
     * @param callback runs on the loop thread, in an arbitrary task; must be short and must not suspend; what it throws
     *     goes to the failure handler. If the task's stack is too short for the callback, it runs once more elsewhere
     */
    public static void atEndOfStep(Runnable callback) {
        LoopCore.current().tick.atEndOfStep(Objects.requireNonNull(callback));
    }

    /**
     * Starts a task on behalf of a user's code. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param name for messages and thread dumps
     * @param origin the result of {@link #origin()}, or the user's object that the task serves: messages name the place
     *     where the object was handed to the library, if the library's packages are marked with
     *     {@link io.gyre.loop.spi.LibraryCode}
     * @param body what the task runs
     * @return the task
     */
    public static <T extends @Nullable Object> Task<T> createTask(
            String name, Object origin, Callable<? extends T> body) {
        return LoopCore.current().start(Objects.requireNonNull(name), origin, body, null);
    }

    /**
     * Does what {@link #createTask(String, Object, Callable)} does, for a task without a result.
     *
     * @param name for messages and thread dumps
     * @param origin as {@link #createTask(String, Object, Callable)}
     * @param body what the task runs
     * @return the task
     */
    public static Task<@Nullable Void> createTask(String name, Object origin, VoidBody<?> body) {
        return LoopCore.current().start(Objects.requireNonNull(name), origin, body, null);
    }

    /**
     * {@return the place in the user's code that is calling the library, as the origin of tasks that are created later,
     * when the user's code is no longer on the stack, and for messages: its {@code toString} is the line} Takes about a microsecond: keep the result in a server or stream
     * instead of asking in each call. <b>Suspends:</b> no.
     */
    public static Object origin() {
        return CreationSite.here(LoopCore.current().isDebug());
    }

    /**
     * Calls back once a task has ended, with any outcome, and never before this method returns. Unlike
     * {@link Task#whenDone}, this does not count as observing: a failure that is not observed otherwise is still
     * reported.
     *
     * {@snippet :
     * Handle watch = LowLevel.whenEnded(owner, () -> sendAllAway(owner));
     * }
     *
     * <p><b>Confinement:</b> the task's loop; the callback runs there. <b>Suspends:</b> no. <b>Errors:</b> what the callback
     * throws goes to the loop's failure handler.
     *
     * @param task a task of the current loop. The task that {@link Async#currentTask()} returns in a virtual thread
     *     started by a task never ends
     * @param callback what to run, once
     * @return the handle that removes the callback
     */
    public static Handle whenEnded(Task<?> task, Runnable callback) {
        return ((VirtualThreadTask<?>) task).whenEnded(callback);
    }

    /**
     * Calls back when {@link EventLoop#shutdown} begins, for servers and others who accept work: they stop. Not when the
     * loop is only closed. If the loop is shutting down already, calls back in the next tick. <b>Suspends:</b> no.
     *
     * <p><b>Errors:</b> what the callback throws goes to the loop's failure handler; the others are called nevertheless.
     * <b>Resources:</b> kept until it is cancelled or the loop closes.
     *
     * @param callback stops accepting; must not wait for the work that was accepted, which the loop does
     * @return the handle that removes the callback
     */
    public static Handle whenShuttingDown(Runnable callback) {
        return LoopCore.current().whenShuttingDown(Objects.requireNonNull(callback));
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
     * {@return the name of a task in dumps, for a {@link io.gyre.loop.spi.WaitReason} that names tasks} Any thread.
     *
     * @param task a task of any loop
     */
    public static TaskRef refTo(Task<?> task) {
        return LoopInspection.refTo(task);
    }

    /**
     * {@return a description of a foreign object for a message} Never throws, whatever {@code toString} does. Returns
     * one line, shortened if long, with control characters and bidirectional marks escaped, so that text chosen by a
     * peer cannot forge log lines. Any thread.
     *
     * @param object anything; a string is used as it is
     */
    public static String describe(@Nullable Object object) {
        return Describe.object(object);
    }

    /**
     * {@return the exception to throw to callers that wait for the result of something that failed} Like
     * {@link Awaitable#await()}, it wraps the failure once, however often it was passed on before. Any thread.
     *
     * @param what what failed, for the message
     * @param failure the failure
     */
    public static CompletionException completionException(Object what, Throwable failure) {
        return AwaitedFailureException.of(what, failure);
    }

    /**
     * {@return an exception and its causes, the outermost first} Causes may form a cycle, so the list ends after fifty.
     * Any thread.
     *
     * @param failure the exception
     */
    public static Iterable<Throwable> causes(Throwable failure) {
        return Failures.causes(failure);
    }
}
