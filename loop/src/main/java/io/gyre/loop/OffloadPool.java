package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The threads that run a loop's offloaded calls by default. Daemons: they never keep the process alive. */
final class OffloadPool extends ThreadPoolExecutor {
    /** As in asyncio: enough for blocking calls, few enough not to overload a small machine. */
    private static final int MAX_THREADS = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);

    private static final int KEEP_ALIVE_SECONDS = 30;

    /** Ten seconds without progress: longer than a person waits for any call. */
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * For calls that wait for the loop which waits for the pool: a second without progress is no coincidence.
     */
    private static final long STUCK_IN_LOOP_NANOS = TimeUnit.SECONDS.toNanos(1);

    static final long PAUSE_WITHOUT_MEMORY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int MANY_TO_NAME = 3;

    private final LoopCore loop;
    private final Map<Thread, Begun> begun = new ConcurrentHashMap<>();
    private volatile long movedAtNanos = System.nanoTime();
    private volatile boolean warned;
    private boolean ended;

    private record Begun(Runnable call, long nanos) {}

    /**
     * A call that has not ended.
     *
     * @param call what it is, in words
     * @param thread where it runs
     * @param age time since it started
     */
    record Running(String call, Thread thread, Duration age) {
        @Override
        public String toString() {
            return call + " for " + age.toMillis() + " ms in " + thread.getName()
                    + (isWaitingForLoop() ? ", which waits for a loop" : "");
        }

        boolean isWaitingForLoop() {
            for (StackTraceElement frame : thread.getStackTrace()) {
                if (frame.getClassName().equals(ForeignWaiter.class.getName())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** For {@link Preload}. */
    static void touch() {}

    OffloadPool(LoopCore loop) {
        this(
                loop,
                MAX_THREADS,
                Thread.ofPlatform().daemon().name(loop.name() + "-offload-", 1).factory());
    }

    OffloadPool(LoopCore loop, int maxThreads, ThreadFactory factory) {
        super(maxThreads, maxThreads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        setThreadFactory(worker -> factory.newThread(() -> work(worker)));
        allowCoreThreadTimeOut(true);
        this.loop = loop;
    }

    /** If no further thread can be started, the call waits for an existing one. */
    @Override
    public void execute(Runnable call) {
        if (getQueue().isEmpty()) {
            movedAtNanos = System.nanoTime();
        }
        try {
            super.execute(call);
        } catch (OutOfMemoryError noThread) {
            leaveToOthers(call, noThread);
        }
    }

    private void leaveToOthers(Runnable call, OutOfMemoryError noThread) {
        getQueue().add(call);
        if ((getPoolSize() == 0 || isShutdown()) && remove(call)) {
            throw new RejectedExecutionException(
                    "no thread can be started to run " + Describe.object(call) + " (" + noThread.getMessage()
                            + "), and there is none yet. The system's limits on threads (ulimit -u, pids.max) or the"
                            + " memory for their stacks are used up.",
                    noThread);
        }
    }

    /**
     * A thread may die of an exhausted heap between two calls, and may be the last. The calls after it get another, if
     * late.
     */
    private void work(Runnable worker) {
        try {
            worker.run();
        } catch (OutOfMemoryError e) {
            while (getPoolSize() == 0 && !getQueue().isEmpty() && !startThread()) {
                LockSupport.parkNanos(PAUSE_WITHOUT_MEMORY_NANOS);
            }
        }
    }

    private boolean startThread() {
        try {
            prestartCoreThread();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable call) {
        try {
            begun.put(thread, new Begun(call, System.nanoTime()));
        } catch (OutOfMemoryError e) {
            // Running the call matters more than naming it.
        }
        moved();
    }

    @Override
    protected void afterExecute(Runnable call, @Nullable Throwable failure) {
        begun.remove(Thread.currentThread());
        moved();
    }

    private void moved() {
        movedAtNanos = System.nanoTime();
        warned = false;
    }

    // ---- current state: any thread

    /** {@return the calls that have not ended} */
    List<Running> running() {
        var running = new ArrayList<Running>();
        begun.forEach((thread, begun) -> running.add(
                new Running(Describe.object(begun.call), thread, Duration.ofNanos(System.nanoTime() - begun.nanos))));
        return running;
    }

    /** {@return why a call has not started, in words; null if there is a thread for it} */
    @Nullable
    String describeIfAllAreBusy() {
        List<Running> running = running();
        return running.size() < getMaximumPoolSize() ? null : describe(running);
    }

    /** {@return what each thread is busy with; empty if there is a thread for one more call} Takes stacks. */
    List<String> describeAllIfBusy() {
        List<Running> running = running();
        return running.size() < getMaximumPoolSize()
                ? List.of()
                : running.stream().map(Running::toString).toList();
    }

    private static String describe(List<Running> running) {
        int named = Math.min(running.size(), MANY_TO_NAME);
        return "all " + running.size() + " threads are busy: "
                + String.join(
                        "; ",
                        running.subList(0, named).stream()
                                .map(Running::toString)
                                .toList())
                + (named < running.size() ? "; and so on" : "");
    }

    /** Warns if calls wait and nothing moves. The watchdog's thread. */
    void lookAt(long nowNanos) {
        int waiting = getQueue().size();
        long still = nowNanos - movedAtNanos;
        if (waiting == 0 || warned || still < STUCK_IN_LOOP_NANOS) {
            return;
        }
        List<Running> running = running();
        long waitingForLoop = running.stream().filter(Running::isWaitingForLoop).count();
        if (waitingForLoop > 0 || still >= STUCK_NANOS) {
            warned = true;
            Warnings.log("offloaded calls on " + loop + " have not begun (" + waiting + "), and nothing has moved for "
                    + TimeUnit.NANOSECONDS.toMillis(still) + " ms; " + describe(running) + "."
                    + (waitingForLoop > 0
                            ? " A call that waits for a loop whose tasks offload, too, may wait for itself:"
                                    + " give such calls an executor of their own (Offloading.on), or move the work into the task."
                            : " Give long calls an executor of their own (Offloading.on)."));
        }
    }

    // ---- for the loop

    /** Tells the loop, which waits for this when it closes; {@link #isTerminated} becomes true only afterwards. */
    @Override
    protected void terminated() {
        super.terminated();
        loop.enter(() -> ended = true);
    }

    /** {@return whether the last call has ended after a shutdown} Loop thread. */
    boolean hasEnded() {
        return ended;
    }
}
