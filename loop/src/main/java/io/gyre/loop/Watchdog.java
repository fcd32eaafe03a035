package io.gyre.loop;

import io.gyre.loop.internal.entry.Doze;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Watches loops from outside. One daemon thread for all, as long as there are any. */
final class Watchdog {
    /*
     * Design.
     *
     * The tick does not read the clock: it records which step it runs (StepStamp), and this thread checks from time to
     * time whether the step is still the same. So a slow step is reported while it runs, with the stack that shows
     * where, and a step that is not slow costs a few stores. The price is precision: a step is noticed between one and
     * one and a half thresholds after it began (decisions/0007). StepWatch keeps what was seen, Diagnosis says why a step
     * takes long.
     *
     * The watchdog also requests checks of unobserved failures, because the loop may sleep.
     *
     * It looks while something happens. When all loops have been idle for a second, it sleeps, until one of them ends a
     * wait or gets a driver: so an idle program makes no wake-up of ours. A second, so that a program that does a little
     * now and then does not pay for a thread that falls asleep and is woken each time. Doze says why no step can begin
     * unnoticed.
     *
     * Loops come and go under the monitor of the class, which no tick takes. The thread ends with the last loop, and
     * with nothing else: running out of memory only costs it one check.
     */
    private static final List<Watchdog> WATCHED = new ArrayList<>();
    private static final Watchdog[] NONE = {};

    private static final Doze DOZE = new Doze();
    private static final BooleanSupplier ALL_IDLE = Watchdog::areAllIdle;

    /** How often to check if no loop wants warnings about slow steps. */
    private static final long UNHURRIED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long nothing happens until it sleeps. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static @Nullable Thread thread;

    // ---- only for the thread

    /** When something happened last, as far as it was noticed. */
    private static long quietSince;

    /** How much later than it wanted to the thread has woken so far. */
    private static long lateNanos;

    /** Weak, so that a loop that was never closed can be collected. */
    private final WeakReference<LoopCore> watched;

    private final long thresholdNanos;
    private final StepWatch steps;

    /** The number of the loop's last step at the last look. */
    private long lastStep = -1;

    private Watchdog(LoopCore loop, Duration threshold) {
        this.watched = new WeakReference<>(loop);
        this.thresholdNanos = threshold.isZero() ? Long.MAX_VALUE : LoopCore.saturatedNanos(threshold);
        this.steps = new StepWatch(loop.toString(), thresholdNanos, ThreadLoad.OF_JVM);
    }

    /**
     * Begins to watch a loop. Any thread.
     *
     * @param threshold how long a step may take; zero for no limit
     */
    static Watchdog watch(LoopCore loop, Duration threshold) {
        var watchdog = new Watchdog(loop, threshold);
        synchronized (Watchdog.class) {
            WATCHED.add(watchdog);
            if (thread == null) {
                startThread();
            }
            LockSupport.unpark(thread); // this threshold may be shorter than the current pause
        }
        return watchdog;
    }

    private static void startThread() {
        try {
            thread = Thread.ofPlatform().daemon().name("gyre-watchdog").start(Watchdog::lookAtAllForEver);
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
            LockSupport.unpark(thread);
        }
    }

    /** Wakes it if it sleeps: something is about to happen. In a thread that has just ended the idleness of its loop. */
    static void wake() {
        DOZE.wake();
    }

    /** {@return whether it sleeps because nothing happens} For tests. */
    static boolean isDozing() {
        return DOZE.isAsleep();
    }

    /** Too rare for the JVM ever to compile it, and so without streams and lambdas, which cost most there. */
    private static void lookAtAllForEver() {
        quietSince = System.nanoTime();
        for (long pause = pauseOrEnd(); pause >= 0; pause = pauseOrEnd()) {
            try {
                sleep(pause);
                lookAtAll();
            } catch (OutOfMemoryError costsALook) {
                // A slow step that continues is found again.
            }
        }
    }

    private static void lookAtAll() {
        long time = System.nanoTime();
        for (Watchdog watchdog : present()) {
            if (!lookAt(watchdog, time)) {
                quietSince = time;
            }
        }
    }

    /** {@return whether nothing has happened on its loop} */
    private static boolean lookAt(Watchdog watchdog, long time) {
        try {
            return watchdog.look(time);
        } catch (Throwable costsALook) {
            return false; // the same
        }
    }

    private static Watchdog[] present() {
        synchronized (Watchdog.class) {
            return WATCHED.toArray(NONE);
        }
    }

    /** {@return how long to pause before the next look; negative if there are no loops, and so this thread ends} */
    private static long pauseOrEnd() {
        synchronized (Watchdog.class) {
            if (WATCHED.isEmpty()) {
                thread = null;
                return -1;
            }
            long pause = UNHURRIED_NANOS;
            for (int i = 0; i < WATCHED.size(); i++) {
                pause = Math.min(pause, WATCHED.get(i).thresholdNanos / 2);
            }
            return pause;
        }
    }

    /** Allocates nothing, like what it calls. */
    private static void sleep(long pauseNanos) {
        long before = System.nanoTime();
        if (before - quietSince >= QUIET_NANOS && DOZE.begin(ALL_IDLE)) {
            LockSupport.park(DOZE);
            DOZE.end();
            quietSince = System.nanoTime();
        } else {
            LockSupport.parkNanos(DOZE, pauseNanos);
            lateNanos += Math.max(0, System.nanoTime() - before - pauseNanos);
        }
        Thread.interrupted(); // whoever interrupts all threads of the process does not mean this one
    }

    private static boolean areAllIdle() {
        synchronized (Watchdog.class) {
            for (int i = 0; i < WATCHED.size(); i++) {
                LoopCore loop = WATCHED.get(i).watched.get();
                if (loop != null && !loop.isIdle()) {
                    return false;
                }
            }
            return true;
        }
    }

    private boolean look(long time) {
        LoopCore present = watched.get();
        if (present == null) {
            end();
            return true;
        }
        long number = present.tick.stamp.number();
        boolean isQuiet = number == lastStep && present.isIdle();
        lastStep = number;
        steps.look(present, present.tick.stamp.read(), time, lateNanos);
        present.unseenFailures.lookAt(time);
        OffloadPool pool = present.offloadPool();
        if (pool != null) {
            pool.lookAt(time);
        }
        return isQuiet;
    }
}
