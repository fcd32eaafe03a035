package io.gyre.loop;

import io.gyre.loop.internal.entry.StepStamp;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Watches loops from outside. One daemon thread for all, as long as there are any. */
final class Watchdog {
    /*
     * Design.
     *
     * The tick does not read the clock: it records which step it runs (StepStamp), and this thread checks from time to
     * time whether the step is still the same. So a slow step is reported while it runs, with the stack that shows
     * where, and a step that is not slow costs a few stores. The price is precision: a step is noticed between one and
     * one and a half thresholds after it began (decisions/0007).
     *
     * A step is slow by itself if it uses the processor or blocks the thread. Otherwise the step waits for a processor:
     * the machine is busy, or the JVM stops all threads to collect garbage or to start. Then there is nothing to report.
     *
     * A loop that stands still in a step whose thread is parked is nudged. When there is no memory to unmount a task's
     * stack, the JDK parks the carrier under it, and nothing on the loop can end the park; a nudge makes the task park
     * once more, which works as soon as there is memory. Code that parks must expect spurious wake-ups.
     *
     * The watchdog also requests checks of unobserved failures, because the loop may sleep.
     *
     * Loops come and go under the monitor of the class, which no tick takes. The thread ends with the last loop, and
     * with nothing else: running out of memory only costs it one check.
     */
    private static final List<Watchdog> WATCHED = new ArrayList<>();
    private static final Watchdog[] NONE = {};

    /** Classes of the JDK that are on the stack while a class is loaded or a lambda is linked. */
    private static final Set<String> CLASS_LOADING =
            Set.of("java.lang.ClassLoader", "java.lang.invoke.MethodHandleNatives");

    /** How often to check if no loop wants warnings about slow steps. */
    private static final long UNHURRIED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static @Nullable Thread thread;

    /** Weak, so that a loop that was never closed can be collected. */
    private final WeakReference<LoopCore> watched;

    private final String loop;
    private final long thresholdNanos;

    private final ThreadLoad load;

    private StepStamp.@Nullable Reading<Step> seen;
    private long seenSince;
    private long cpuSince;
    private long reportAfter;

    Watchdog(LoopCore loop, Duration threshold, ThreadLoad load) {
        this.load = load;
        this.watched = new WeakReference<>(loop);
        this.loop = loop.toString();
        this.thresholdNanos = threshold.isZero() ? Long.MAX_VALUE : LoopCore.saturatedNanos(threshold);
    }

    /**
     * Begins to watch a loop. Any thread.
     *
     * @param threshold how long a step may take; zero for no limit
     */
    static Watchdog watch(LoopCore loop, Duration threshold) {
        var watchdog = new Watchdog(loop, threshold, ThreadLoad.OF_JVM);
        synchronized (Watchdog.class) {
            WATCHED.add(watchdog);
            if (thread == null) {
                startThread();
            }
            Watchdog.class.notifyAll(); // this threshold may be shorter than the current pause
        }
        return watchdog;
    }

    private static void startThread() {
        try {
            thread = Thread.ofPlatform().daemon().name("gyre-watchdog").start(Watchdog::lookAtAll);
        } catch (OutOfMemoryError noThread) {
            Warnings.log(
                    "the watchdog thread cannot be started (" + noThread.getMessage() + "): slow steps, pools that are"
                            + " stuck and unobserved failures are reported late or not at all. The next new loop tries again.");
        }
    }

    /** Stops watching. Any thread. */
    void end() {
        synchronized (Watchdog.class) {
            WATCHED.remove(this);
            Watchdog.class.notifyAll();
        }
    }

    /** Too rare for the JVM ever to compile it, and so without streams and lambdas, which cost most there. */
    private static void lookAtAll() {
        while (isAnyLeftAfterPause()) {
            try {
                for (Watchdog watchdog : present()) {
                    lookAt(watchdog);
                }
            } catch (OutOfMemoryError costsALook) {
                // A slow step that continues is found again.
            }
        }
    }

    private static void lookAt(Watchdog watchdog) {
        try {
            watchdog.look();
        } catch (Throwable costsALook) {
            // The same.
        }
    }

    private static Watchdog[] present() {
        synchronized (Watchdog.class) {
            return WATCHED.toArray(NONE);
        }
    }

    /** {@return whether there are loops to check, after a pause; if not, this thread ends} Allocates nothing. */
    private static boolean isAnyLeftAfterPause() {
        synchronized (Watchdog.class) {
            long pause = WATCHED.isEmpty() ? 0 : UNHURRIED_NANOS;
            for (int i = 0; i < WATCHED.size(); i++) {
                pause = Math.min(pause, WATCHED.get(i).thresholdNanos / 2);
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(Watchdog.class, pause);
            } catch (InterruptedException nobodysBusiness) {
                // code that interrupts all threads of the process does not mean this one; it ends with the last loop
            }
            if (WATCHED.isEmpty()) {
                thread = null;
            }
            return thread != null;
        }
    }

    private void look() {
        LoopCore present = watched.get();
        if (present == null) {
            end();
            return;
        }
        long time = System.nanoTime();
        lookAtStep(present, present.tick.stamp.read(), time);
        present.unseenFailures.lookAt(time);
        OffloadPool pool = present.offloadPool();
        if (pool != null) {
            pool.lookAt(time);
        }
    }

    void lookAtStep(LoopCore present, StepStamp.@Nullable Reading<Step> now, long time) {
        StepStamp.Reading<Step> before = seen;
        if (before != null && (now == null || now.number() != before.number())) {
            if (reportAfter > thresholdNanos) {
                Warnings.log(
                        before.step() + " on " + loop + " continued after about " + millis(time - seenSince) + " ms");
            }
            seen = null;
        }
        if (now != null && seen == null) {
            seen = now;
            seenSince = time;
            cpuSince = cpuNanos(present);
            reportAfter = thresholdNanos;
        } else if (now != null) {
            if (time - seenSince >= reportAfter) {
                report(present, now.step(), time - seenSince);
            }
            present.nudgeIfParked();
        }
    }

    private void report(LoopCore present, Step step, long nanos) {
        StackTraceElement[] stack = step.stackTrace();
        if (isAtWork(present) || isBlocked(present, stack)) {
            reportAfter *= 2; // again while it hangs, at growing intervals
            Warnings.log(step + " has kept " + loop + " for " + millis(nanos)
                    + " ms without suspending; nothing else runs on the loop meanwhile. " + advice(stack)
                    + Stacks.text(step.createdAt(), stack));
        }
    }

    /** {@return whether the step has used the processor for as long as a slow step lasts} If it is not known: yes. */
    private boolean isAtWork(LoopCore present) {
        long cpu = cpuNanos(present);
        return cpu < 0 || cpuSince < 0 || cpu - cpuSince >= reportAfter;
    }

    private long cpuNanos(LoopCore present) {
        Thread thread = present.driverThread();
        return thread == null || thresholdNanos == Long.MAX_VALUE ? -1 : load.cpuNanos(thread);
    }

    /** {@return whether the loop's thread waits: parked under a step, or in a native call} */
    private boolean isBlocked(LoopCore present, StackTraceElement[] stack) {
        Thread thread = present.driverThread();
        return (thread != null && load.isWaiting(thread)) || (stack.length > 0 && stack[0].isNativeMethod());
    }

    static String advice(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getMethodName().equals("<clinit>") || CLASS_LOADING.contains(frame.getClassName())) {
                return "It loads or initialises classes, which happens once; if that is too long, use the library for the first time in Async.offload.";
            }
        }
        return "Offload computing or blocking calls with Async.offload, or yield with Async.yieldNow.";
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
