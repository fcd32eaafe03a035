package io.gyre.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The threads that run a loop's offloaded calls when it was given none. Daemons: they never keep the process alive. */
final class OffloadPool extends ThreadPoolExecutor {
    /** As asyncio has it: enough for blocking calls, few enough not to drown a small machine. */
    private static final int MAX_THREADS = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);

    private static final int KEEP_ALIVE_SECONDS = 30;

    private final EventLoop loop;
    private final Map<Thread, Begun> begun = new ConcurrentHashMap<>();
    private int userCalls;
    private boolean ended;

    private record Begun(Runnable call, long nanos) {}

    /**
     * A call that has not ended.
     *
     * @param call what it is, in words
     * @param thread where it runs
     * @param age since it has begun
     */
    record Running(String call, Thread thread, Duration age) {}

    OffloadPool(EventLoop loop) {
        super(
                MAX_THREADS,
                MAX_THREADS,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(loop.name() + "-offload-", 1).factory());
        allowCoreThreadTimeOut(true);
        this.loop = loop;
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable call) {
        begun.put(thread, new Begun(call, System.nanoTime()));
    }

    @Override
    protected void afterExecute(Runnable call, @Nullable Throwable failure) {
        begun.remove(Thread.currentThread());
    }

    /** {@return the calls that have not ended} Any thread. */
    List<Running> running() {
        var running = new ArrayList<Running>();
        begun.forEach((thread, begun) -> running.add(
                new Running(begun.call.toString(), thread, Duration.ofNanos(System.nanoTime() - begun.nanos))));
        return running;
    }

    /** {@return how many calls of tasks that are no system tasks have not ended} Loop thread. */
    int userCalls() {
        return userCalls;
    }

    /** Notes that a task has handed over a call. Loop thread. */
    void begun(Task<?> task) {
        userCalls += task.isSystem() ? 0 : 1;
    }

    /** Notes that such a call has ended, or never will begin. Loop thread. */
    void ended(Task<?> task) {
        userCalls -= task.isSystem() ? 0 : 1;
    }

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
