package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How late one loop is. */
final class LagGauge {
    /*
     * Design.
     *
     * A probe is a callback that is sent to the end of the ready queue: the time until it runs is the lag. There is one
     * probe at a time, sent when somebody asks, so an idle loop is never woken, a busy one pays for one callback each
     * tick, and the tick itself pays nothing. The age of a probe that has not arrived is a lower bound: in the middle
     * of a long batch, steps that have waited too long are known as such.
     *
     * While the loop is late a probe is always on its way, because those who pause do not ask. It does not spin: a loop
     * without other work runs a probe at once, and is in time then. It then goes round
     * the ready queue once each tick, and work is admitted while a round is young: if refusing alone keeps the loop
     * late, it would otherwise refuse everything for ever.
     */

    /** What follows within this time belongs to the same episode, and is not logged again. */
    private static final long SAME_EPISODE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop = EventLoop.current();
    private final long targetNanos;
    private final Runnable arrival = this::arrived;
    private boolean onItsWay;
    private long sentNanos;
    private long lagNanos;
    private boolean late;
    private long lastLateNanos;
    private @Nullable LoopFuture<@Nullable Void> inTime;
    private long admitted;
    private long refused;
    private long episodes;

    LagGauge(Duration target) {
        this.targetNanos = TimeUnit.NANOSECONDS.convert(target); // of a long time the longest
    }

    boolean admit() {
        boolean mayBegin = mayBegin();
        if (mayBegin) {
            admitted++;
        } else {
            refused++;
        }
        return mayBegin;
    }

    /** {@return whether work may begin: while the loop is late, for half the target in each round of the probe} */
    boolean mayBegin() {
        return !isLate() || loop.time() - sentNanos <= targetNanos / 2;
    }

    boolean isLate() {
        long now = loop.time();
        if (!onItsWay) {
            send(now);
        } else if (now - sentNanos > targetNanos) {
            beLate(now, now - sentNanos);
        }
        return late;
    }

    private void send(long now) {
        loop.callSoon(arrival);
        sentNanos = now;
        onItsWay = true;
    }

    private void arrived() {
        long now = loop.time();
        onItsWay = false;
        lagNanos = now - sentNanos;
        if (lagNanos > (late ? targetNanos / 2 : targetNanos)) {
            beLate(now, lagNanos);
            send(now);
        } else {
            late = false;
            if (inTime != null) {
                inTime.setResult(null);
                inTime = null;
            }
        }
    }

    private void beLate(long now, long lag) {
        late = true;
        if (episodes == 0 || now - lastLateNanos >= SAME_EPISODE_NANOS) {
            episodes++;
            NetLog.warn(() -> loop + " is late: what was ready has waited for " + TimeUnit.NANOSECONDS.toMillis(lag)
                    + " ms, and may wait for " + TimeUnit.NANOSECONDS.toMillis(targetNanos)
                    + " ms. It refuses work until it is in time. Serve on more loops, do less in each step, or offload"
                    + " computations.");
        }
        lastLateNanos = now;
    }

    void awaitInTime() {
        while (isLate()) {
            if (inTime == null) {
                inTime = loop.createFuture();
            }
            inTime.await();
        }
    }

    Duration lag() {
        return Duration.ofNanos(onItsWay ? Math.max(lagNanos, loop.time() - sentNanos) : lagNanos);
    }

    Admission.Statistics statistics() {
        return new Admission.Statistics(admitted, refused, episodes);
    }
}
