package io.gyre.loop;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A loop in a thread of its own, for blocking programs: they call into the loop and wait for the result.
 *
 * {@snippet :
 * try (var portal = LoopPortal.start()) {
 *     String page = portal.call(() -> fetch("a"));
 *     CompletableFuture<String> other = portal.createTask(() -> fetch("b"));
 *     System.out.println(page + other.get());
 * }
 * }
 *
 * <p><b>Confinement:</b> any thread. <b>Resources:</b> a thread and a selector until it is closed.
 *
 * <p><b>Source:</b> anyio {@code BlockingPortal}.
 */
public final class LoopPortal implements AutoCloseable {
    /*
     * Design.
     *
     * The loop runs forever in its thread, which also creates and closes it. A future that was handed out is completed
     * by a callback of its task. If the task has not ended when the loop closes, the thread completes the future
     * afterwards; `pending` is for these futures, and holds each one before the loop learns of it.
     */
    private final EventLoop loop;
    private final Thread thread;
    private final Set<TaskFuture<?>> pending;
    private final Ending ending;

    /** How the thread ends the loop: what is set before a stop makes the thread look. */
    private static final class Ending {
        /** Of the first shutdown. A second one must not stop the first. */
        private final CompletableFuture<Duration> grace = new CompletableFuture<>();

        private volatile boolean atOnce;
        private volatile boolean inTime;

        @Nullable
        Duration graceOrNull() {
            return atOnce ? null : grace.getNow(null);
        }
    }

    private LoopPortal(EventLoop loop, Thread thread, Set<TaskFuture<?>> pending, Ending ending) {
        this.loop = loop;
        this.thread = thread;
        this.pending = pending;
        this.ending = ending;
    }

    /**
     * Starts a loop with default options in a daemon thread.
     *
     * @return the portal
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs
     */
    public static LoopPortal start() {
        LoopOptions options = DefaultNames.named(LoopOptions.defaults());
        return start(Thread.ofPlatform().daemon().name(options.name()).factory(), options);
    }

    /**
     * Starts a loop.
     *
     * @param factory creates the thread, a platform thread; it keeps the process alive unless it is a daemon
     * @param options options of the loop
     * @return the portal
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs, or the thread is virtual
     */
    public static LoopPortal start(ThreadFactory factory, LoopOptions options) {
        var made = new CompletableFuture<EventLoop>();
        Set<TaskFuture<?>> pending = ConcurrentHashMap.newKeySet();
        var ending = new Ending();
        Thread thread = factory.newThread(() -> run(options, made, pending, ending));
        thread.start();
        try {
            return new LoopPortal(made.join(), thread, pending, ending);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private static void run(
            LoopOptions options, CompletableFuture<EventLoop> made, Set<TaskFuture<?>> pending, Ending ending) {
        try (EventLoop loop = EventLoop.create(options)) {
            loop.callSoon(() -> made.complete(loop)); // from here on, stop() reaches it
            loop.runForever();
            Duration grace = ending.graceOrNull();
            if (grace != null) {
                ending.inTime = loop.shutdown(grace);
            }
        } catch (Throwable failure) {
            if (!made.completeExceptionally(failure)) {
                throw failure;
            }
        } finally {
            pending.forEach(TaskFuture::release);
        }
    }

    /** {@return the loop} */
    public EventLoop loop() {
        return loop;
    }

    /**
     * Runs a body as a task and waits for its result, as {@link EventLoop#call(Body)} does.
     *
     * @param <T> the result
     * @param <X> what the body may throw
     * @param body the body of the task
     * @return what the body returns
     * @throws X what the body throws, unchanged
     * @throws LoopClosedException if the portal is closed
     * @throws CancelledException if the portal is closed during the wait, or the calling task is cancelled, as
     *     {@link EventLoop#call(Body)} says
     */
    public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
        return loop.call(body);
    }

    /**
     * Does what {@link #call(Body)} does, for a body without a result.
     *
     * @param <X> what the body may throw
     * @param body the body of the task
     * @throws X what the body throws, unchanged
     * @throws LoopClosedException if the portal is closed
     * @throws CancelledException if the portal is closed during the wait, or the calling task is cancelled, as
     *     {@link EventLoop#call(Body)} says
     */
    public <X extends Exception> void call(VoidBody<X> body) throws X {
        loop.call(body);
    }

    /**
     * Starts a task without waiting for it.
     *
     * @param <T> the result
     * @param body what the task runs
     * @return its future; cancelling the future cancels the task. Dependent stages run on the loop, unless they are
     *     given an executor
     * @throws LoopClosedException if the portal is closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> createTask(Callable<? extends T> body) {
        return startTask(body, body);
    }

    /**
     * Does what {@link #createTask(Callable)} does, for a task without a result.
     *
     * @param body what the task runs
     * @return its future, as {@link #createTask(Callable)} returns it
     * @throws LoopClosedException if the portal is closed
     */
    public CompletableFuture<@Nullable Void> createTask(VoidBody<?> body) {
        return startTask(body, new ResultlessBody<>(body)::run);
    }

    private <T extends @Nullable Object> CompletableFuture<T> startTask(Object origin, Callable<? extends T> body) {
        VirtualThreadTask<T> task = ForeignCall.create(loop.core, origin, body);
        var future = new TaskFuture<>(task);
        pending.add(future);
        future.whenComplete((result, failure) -> pending.remove(future));
        try {
            ForeignCall.start(task, future::take);
        } catch (LoopClosedException closed) {
            pending.remove(future);
            throw closed;
        }
        return future;
    }

    /**
     * Cancels the tasks, awaits them, and ends the thread. Does nothing the second time. An interrupt does not end the
     * wait; the interrupt status is restored on return.
     *
     * @throws IllegalStateException if called in the portal's own loop, where it would wait for itself
     */
    @Override
    public void close() {
        requireOutside();
        beginClose();
        awaitEnd();
    }

    void beginClose() {
        ending.atOnce = true;
        loop.stop();
    }

    /**
     * Ends the loop in order, as {@link EventLoop#shutdown} does, and ends the thread. An interrupt does not end the wait;
     * the interrupt status is restored on return. {@link #close} in another thread cancels what is left at once; a second
     * shutdown waits for the first.
     *
     * @param grace how long the work may take
     * @return whether all of it ended by itself; false if {@link #close} came first
     * @throws IllegalStateException if called in the portal's own loop, where it would wait for itself
     */
    public boolean shutdown(Duration grace) {
        beginShutdown(Objects.requireNonNull(grace));
        return awaitShutdown();
    }

    void beginShutdown(Duration grace) {
        requireOutside();
        if (ending.grace.complete(grace)) {
            loop.stop();
        }
    }

    boolean awaitShutdown() {
        awaitEnd();
        return ending.inTime;
    }

    private void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void requireOutside() {
        if (loop.inLoop()) {
            throw new IllegalStateException("close() in a task of " + loop + " would wait for itself. Close the portal"
                    + " where it was started.");
        }
    }
}
