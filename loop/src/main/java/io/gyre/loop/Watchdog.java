package io.gyre.loop;

import io.gyre.loop.internal.entry.StepStamp;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reports steps that take long, while they do. One daemon thread for all loops, as long as there are any. */
final class Watchdog {
    /*
     * Design.
     *
     * The tick does not read the clock: it says which step it runs (StepStamp), and this thread looks from time to time
     * whether that is still the same. So a slow step is reported while it runs, with the stack that shows where, and
     * a step that is not slow costs a few stores. The price is precision: a step is noticed between one and one and
     * a half thresholds after it has begun (decisions/0007).
     *
     * Loops come and go under the monitor of the class, which no tick takes. The thread ends with the last loop.
     */
    private static final System.Logger LOG = System.getLogger("io.gyre.loop");

    private static final List<Watchdog> WATCHED = new ArrayList<>();
    private static final Watchdog[] NONE = {};
    private static @Nullable Thread thread;

    /** Weak, so that a loop which nobody has closed can go. */
    private final WeakReference<StepStamp<Step>> watched;

    private final String loop;
    private final long thresholdNanos;

    private StepStamp.@Nullable Reading<Step> seen;
    private long seenSince;
    private long reportAfter;

    private Watchdog(EventLoop loop, StepStamp<Step> stamp, Duration threshold) {
        this.watched = new WeakReference<>(stamp);
        this.loop = loop.toString();
        this.thresholdNanos = EventLoop.saturatedNanos(threshold);
    }

    /** Begins to watch a loop. Any thread. */
    static Watchdog watch(EventLoop loop, StepStamp<Step> stamp, Duration threshold) {
        var watchdog = new Watchdog(loop, stamp, threshold);
        synchronized (Watchdog.class) {
            WATCHED.add(watchdog);
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("gyre-watchdog").start(Watchdog::lookAtAll);
            }
            Watchdog.class.notifyAll(); // this threshold may be shorter than the pause that was begun
        }
        return watchdog;
    }

    /** Stops watching. Any thread. */
    void end() {
        synchronized (Watchdog.class) {
            WATCHED.remove(this);
            Watchdog.class.notifyAll();
        }
    }

    /** Seldom enough for the JVM never to compile it, and so without streams and lambdas, which cost most there. */
    private static void lookAtAll() {
        for (Watchdog[] watched = awaitNextLook(); watched.length > 0; watched = awaitNextLook()) {
            for (Watchdog watchdog : watched) {
                lookAt(watchdog);
            }
        }
    }

    private static void lookAt(Watchdog watchdog) {
        try {
            watchdog.look();
        } catch (Throwable logFailed) {
            // There is nobody to tell. What goes on being slow is reported again.
        }
    }

    /** {@return those to look at, after a pause; none if this thread is to end} */
    private static Watchdog[] awaitNextLook() {
        synchronized (Watchdog.class) {
            long pause = WATCHED.isEmpty() ? 0 : Long.MAX_VALUE;
            for (Watchdog watchdog : WATCHED) {
                pause = Math.min(pause, watchdog.thresholdNanos / 2);
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(Watchdog.class, pause);
            } catch (InterruptedException nobodysBusiness) {
                // whoever interrupts all threads of the process does not mean this one; it ends with the last loop
            }
            if (WATCHED.isEmpty()) {
                thread = null;
            }
            return WATCHED.toArray(NONE);
        }
    }

    private void look() {
        StepStamp<Step> stamp = watched.get();
        if (stamp == null) {
            end();
            return;
        }
        StepStamp.Reading<Step> now = stamp.read();
        long time = System.nanoTime();
        StepStamp.Reading<Step> before = seen;
        if (before != null && (now == null || now.number() != before.number())) {
            if (reportAfter > thresholdNanos) {
                log(before.step() + " on " + loop + " has gone on after about " + millis(time - seenSince) + " ms");
            }
            seen = null;
        }
        if (now != null && seen == null) {
            seen = now;
            seenSince = time;
            reportAfter = thresholdNanos;
        } else if (now != null && time - seenSince >= reportAfter) {
            reportAfter *= 2; // again, for what hangs, and ever more seldom
            report(now.step(), time - seenSince);
        }
    }

    private void report(Step step, long nanos) {
        log(step + " has kept " + loop + " for " + millis(nanos)
                + " ms without suspending, and nothing else runs there meanwhile. Hand what computes or blocks to"
                + " Async.offload, or let others run with Async.yieldNow." + step.stackNow());
    }

    private static void log(String message) {
        LOG.log(System.Logger.Level.WARNING, message);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
