package io.gyre.loop.process;

import io.gyre.loop.spi.RemoteExecutor;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls in child JVMs, so that a call that crashes, exits, hangs or fills the memory harms no other call.
 *
 * <p>The pool starts a child when a call finds none idle, up to {@link ProcessPoolOptions#size()}, and keeps it for
 * later calls. When a child dies, its running call fails with {@link WorkerDiedException}, and the child is replaced.
 * Unlike a thread, a call can always be stopped: {@code cancel(true)} kills its child.
 *
 * {@snippet :
 * try (var pool = new ProcessPool()) {
 *     Future<BigInteger> prime = pool.submit(() -> BigInteger.probablePrime(4096, new Random()));
 *     System.out.println(prime.get());
 * }
 * }
 *
 * <p>Calls and answers travel over a separate connection. Programs that a call starts do not inherit it, so they may
 * use the standard streams freely.
 *
 * <p>A call is serialized on submission, its result on the way back. Lambdas that are passed to this class are
 * serializable if everything that they capture is; other {@link Callable}s and {@link Runnable}s must be serializable
 * themselves. An exception of a call comes back with its stack, or as {@link RemoteFailureException} if it cannot be
 * sent. Each JVM has its own static state; scoped values and thread locals are not sent.
 *
 * <p>A child has the class path, the module path, the environment and the working directory of this JVM, but not its
 * system properties. Its output to {@code System.out} and {@code System.err} goes to
 * {@link ProcessPoolOptions#outputHandler()}. It exits when the pool is closed or this JVM ends, however that happens.
 *
 * <p><b>Confinement:</b> any thread. <b>Resources:</b> two daemon threads for each child, until it ends. Dependent
 * stages of the returned futures run in virtual threads.
 *
 * <p><b>Source:</b> Python {@code concurrent.futures.ProcessPoolExecutor}. Differs: the death of a child fails one call,
 * not the pool; a running call can be cancelled.
 */
public final class ProcessPool implements ExecutorService, RemoteExecutor {
    private final ProcessPoolOptions options;
    private final CallQueue queue;
    private final Consumer<Thread> starter;

    /** Creates a pool with default options. No child is started yet. */
    public ProcessPool() {
        this(ProcessPoolOptions.defaults());
    }

    /**
     * Creates a pool. No child is started yet.
     *
     * @param options how to make the children
     */
    public ProcessPool(ProcessPoolOptions options) {
        this(options, Thread::start);
    }

    ProcessPool(ProcessPoolOptions options, Consumer<Thread> starter) {
        this.options = options;
        this.queue = new CallQueue(options.size());
        this.starter = starter;
    }

    // ---- submitting

    /**
     * Runs a call in a child.
     *
     * @param <T> the result
     * @param call what to run
     * @return its future; {@code cancel(true)} kills the child if the call is running
     * @throws RejectedExecutionException if the call cannot be serialized, with a
     *     {@link java.io.NotSerializableException} as its cause; or the pool is shut down
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(SerializableCallable<T> call) {
        return submit((Callable<T>) call);
    }

    /**
     * Does what {@link #submit(SerializableCallable)} does, for a command without a result.
     *
     * @param command what to run
     * @return its future
     * @throws RejectedExecutionException as {@link #submit(SerializableCallable)} does
     */
    public CompletableFuture<?> submit(SerializableRunnable command) {
        return acceptCommand(command);
    }

    /**
     * Does what {@link #submit(SerializableCallable)} does.
     *
     * @param call what to run; must be serializable
     */
    @Override
    public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> call) {
        var remote = new RemoteCall<T>(this, call, call);
        accept(remote);
        return remote;
    }

    /**
     * Does what {@link #submit(SerializableCallable)} does, for a command without a result.
     *
     * @param command what to run; must be serializable
     */
    @Override
    public CompletableFuture<?> submit(Runnable command) {
        return acceptCommand(command);
    }

    /**
     * Does what {@link #submit(SerializableCallable)} does, for a command.
     *
     * @param command what to run; must be serializable
     * @param result the result of the future; stays in this JVM
     */
    @Override
    public <T extends @Nullable Object> CompletableFuture<T> submit(Runnable command, T result) {
        var remote = new RemoteCall<T>(this, command, new CommandCall(command)) {
            @Override
            void completeWith(@Nullable Object nothing) {
                complete(result);
            }
        };
        accept(remote);
        return remote;
    }

    /**
     * Runs a command in a child. A failure goes to the uncaught exception handler of the thread that completes the
     * call.
     *
     * @param command what to run; must be serializable
     * @throws RejectedExecutionException as {@link #submit(SerializableCallable)} does
     */
    @Override
    public void execute(Runnable command) {
        submit(command).whenComplete((nothing, failure) -> {
            if (failure != null) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            }
        });
    }

    private CompletableFuture<?> acceptCommand(Runnable command) {
        var remote = new RemoteCall<@Nullable Void>(this, command, new CommandCall(command));
        accept(remote);
        return remote;
    }

    private void accept(RemoteCall<?> call) {
        if (queue.add(call)) {
            try {
                starter.accept(new Driver(queue, options));
            } catch (OutOfMemoryError noThread) {
                failStranded(call, noThread);
            }
        }
    }

    /** Without a thread to drive a new child, calls are left to the other drivers, if any. */
    private void failStranded(RemoteCall<?> call, OutOfMemoryError noThread) {
        var refused = new RejectedExecutionException(
                "no thread can be started to drive a child JVM (" + noThread.getMessage() + "), and there is none yet."
                        + " The system's limits on threads (ulimit -u, pids.max) or the memory for their stacks are"
                        + " used up.",
                noThread);
        boolean ownIsStranded = false;
        for (RemoteCall<?> stranded : queue.driverNotStarted()) {
            ownIsStranded |= stranded == call;
            stranded.completeExceptionally(refused);
        }
        if (ownIsStranded) {
            throw refused;
        }
    }

    // ---- many at once

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> calls)
            throws InterruptedException {
        return new Batch<>(this, calls).awaitAll(Long.MAX_VALUE);
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> calls, long timeout, TimeUnit unit) throws InterruptedException {
        return new Batch<>(this, calls).awaitAll(unit.toNanos(timeout));
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> calls)
            throws InterruptedException, ExecutionException {
        try {
            return new Batch<>(this, calls).awaitAny(Long.MAX_VALUE);
        } catch (TimeoutException e) {
            throw new AssertionError("292 years have passed", e);
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> calls, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return new Batch<>(this, calls).awaitAny(unit.toNanos(timeout));
    }

    // ---- ending

    /** Takes no more calls. Runs the submitted calls; then the children exit. */
    @Override
    public void shutdown() {
        queue.shutdown();
    }

    /**
     * Takes no more calls and kills the busy children. Their calls fail with {@link WorkerDiedException}.
     *
     * @return the calls that no child has begun; their futures are completed only if you run or cancel them
     */
    @Override
    public List<Runnable> shutdownNow() {
        queue.shutdown();
        List<Runnable> neverBegun = queue.drain();
        queue.taken().forEach(call -> call.kill("it was killed because the process pool was shut down"));
        return neverBegun;
    }

    @Override
    public boolean isShutdown() {
        return queue.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return queue.isTerminated();
    }

    /**
     * Waits until, after {@link #shutdown}, all calls are done and all children have exited. Must not be called in a
     * stage that depends on one of the calls: the stage would wait for itself.
     */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return queue.awaitTermination(unit.toNanos(timeout));
    }

    @Override
    public String toString() {
        return "ProcessPool[at most " + options.size() + " children, " + queue.drivers() + " now]";
    }

    /** Removes a call that is waiting for a child. */
    void withdraw(RemoteCall<?> call) {
        queue.withdraw(call);
    }
}
