package io.gyre.loop;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * How calls are offloaded: where they run, what a cancellation does to them, and how many may run at once. Create one
 * for each kind of work and keep it.
 *
 * {@snippet :
 * static final Offloading THUMBNAILS = Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT).withLimit(4);
 *
 * Image small = offload(THUMBNAILS, () -> shrink(image));
 * }
 *
 * <p><b>Confinement:</b> immutable; the count of running calls, shared by all users of one object, is safe for any
 * thread.
 *
 * <p><b>Source:</b> trio {@code to_thread.run_sync}, with its {@code abandon_on_cancel} and {@code limiter}.
 */
public final class Offloading implements Executor {
    static final Offloading DEFAULT = new Offloading(null, OnCancel.INTERRUPT, null);

    private final @Nullable Executor executor;
    private final OnCancel onCancel;
    private final @Nullable Semaphore limit;

    private Offloading(@Nullable Executor executor, OnCancel onCancel, @Nullable Semaphore limit) {
        this.executor = executor;
        this.onCancel = Objects.requireNonNull(onCancel);
        this.limit = limit;
    }

    /**
     * {@return offloading to {@link LoopOptions#offloadExecutor()} of the task's loop, interrupting on cancel,
     * unlimited}
     */
    public static Offloading onLoopExecutor() {
        return DEFAULT;
    }

    /**
     * {@return offloading to an executor, interrupting on cancel, unlimited}
     *
     * @param executor runs the calls; a {@link io.gyre.loop.spi.RemoteExecutor} if they are serializable
     */
    public static Offloading on(Executor executor) {
        return new Offloading(Objects.requireNonNull(executor), OnCancel.INTERRUPT, null);
    }

    /**
     * {@return this with another policy for cancelled tasks}
     *
     * @param newOnCancel the policy
     */
    public Offloading withOnCancel(OnCancel newOnCancel) {
        return new Offloading(executor, newOnCancel, limit);
    }

    /**
     * {@return this with a limit of its own; callers over the limit suspend, first come, first served}
     *
     * <p>A call counts until it returns, even if its caller no longer waits for it.
     *
     * @param maxCalls how many calls may run at once, 1 or more
     * @throws IllegalArgumentException if {@code maxCalls} is less than 1
     */
    public Offloading withLimit(int maxCalls) {
        if (maxCalls < 1) {
            throw new IllegalArgumentException("maxCalls is " + maxCalls + "; it must be 1 or more");
        }
        return new Offloading(executor, onCancel, new Semaphore(maxCalls, true));
    }

    /** {@return the executor's own rules, if it is an {@code Offloading}, or the default ones} */
    static Offloading of(Executor executor) {
        return executor instanceof Offloading rules ? rules : on(executor);
    }

    /**
     * Hands a command to the executor. The limit and the cancellation policy apply to offloaded calls, not to commands.
     *
     * <p><b>Confinement:</b> any thread; a task or callback if the executor is the loop's. <b>Suspends:</b> no.
     *
     * @param command what to run
     * @throws java.util.concurrent.RejectedExecutionException if the executor rejects the command
     */
    @Override
    public void execute(Runnable command) {
        Executor target = executor == null ? LoopCore.current().offloadExecutor() : executor;
        target.execute(command);
    }

    Executor executorOf(LoopCore loop) {
        return executor == null ? loop.offloadExecutor() : executor;
    }

    OnCancel onCancel() {
        return onCancel;
    }

    @Nullable
    Semaphore limit() {
        return limit;
    }
}
