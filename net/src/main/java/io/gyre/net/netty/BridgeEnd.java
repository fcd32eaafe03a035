package io.gyre.net.netty;

import io.gyre.loop.TimerHandle;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The end of a bridge: its channels are closed, and it has ended when no task has come for a while, or time is up. */
final class BridgeEnd {
    /** Far enough to mean "never", near enough that instants still compare by subtraction. */
    private static final long MAX_NANOS = Long.MAX_VALUE / 4;

    /** Closed channels have tasks left, and those have more; a chain without an end has no more time than that. */
    private static final int RUNS_AFTER_THE_DEADLINE = 16;

    private final BridgeEventLoop bridge;

    private final EndPromise future = new EndPromise();
    private volatile boolean begun;

    /** Begun, and the bridge knows; from here on in the bridge. */
    private boolean going;

    private long quietNanos;
    private long deadline;
    private long lastWork;
    private int lateRuns;
    private @Nullable TimerHandle timer;

    BridgeEnd(BridgeEventLoop bridge) {
        this.bridge = bridge;
    }

    Future<?> future() {
        return future;
    }

    boolean hasBegun() {
        return begun;
    }

    boolean isOver() {
        return future.isDone();
    }

    /** Any thread. */
    Future<?> begin(long quiet, long timeout) {
        if (!begun) {
            begun = true;
            submit(quiet, timeout);
        }
        return future;
    }

    /** The loop ends: no quiet period is waited for any more, though somebody may have asked for one. */
    Future<?> beginAtOnce(long timeout) {
        begun = true;
        submit(0, timeout);
        return future;
    }

    private void submit(long quiet, long timeout) {
        try {
            bridge.execute(() -> start(Math.min(quiet, MAX_NANOS), Math.min(timeout, MAX_NANOS)));
        } catch (RejectedExecutionException over) {
            complete();
        }
    }

    private void start(long quiet, long timeout) {
        going = true;
        quietNanos = quiet;
        lastWork = bridge.loop.time();
        deadline = lastWork + timeout;
    }

    /** From here on tasks are rejected. */
    void complete() {
        future.trySuccess(null);
    }

    /** The bridge has run a task. */
    void noteWork() {
        if (going) {
            lastWork = bridge.loop.time();
        }
    }

    /** After each run of the bridge, in the bridge. */
    void goOn() {
        if (!going || isOver()) {
            return;
        }
        bridge.closeChannels();
        boolean isLate = deadline - bridge.loop.time() <= 0;
        if (bridge.hasTasks() && !(isLate && ++lateRuns > RUNS_AFTER_THE_DEADLINE)) {
            return; // of the channels that were closed: the bridge runs once more
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        long rest = Math.min(lastWork + quietNanos, deadline) - bridge.loop.time();
        if (rest <= 0) {
            complete();
        } else {
            timer = bridge.loop.callAt(bridge.loop.time() + rest, bridge::enter);
        }
    }
}
