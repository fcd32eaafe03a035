package io.gyre.net.netty;

import io.gyre.loop.TimerHandle;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The end of a bridge: its channels are closed, and it has ended when no task has come for a while, or time is up. */
final class BridgeEnd {
    /** Far enough to mean "never", near enough that instants still compare by subtraction. */
    private static final long MAX_NANOS = Long.MAX_VALUE / 4;

    private final BridgeEventLoop bridge;

    private final EndPromise future = new EndPromise();
    private volatile boolean begun;

    /** Begun, and the bridge knows; from here on in the bridge. */
    private boolean going;

    private long quietNanos;
    private long deadline;
    private long lastWork;
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
            try {
                bridge.execute(() -> start(Math.min(quiet, MAX_NANOS), Math.min(timeout, MAX_NANOS)));
            } catch (RejectedExecutionException loopIsClosed) {
                future.trySuccess(null);
            }
        }
        return future;
    }

    private void start(long quiet, long timeout) {
        if (!going) {
            going = true;
            quietNanos = quiet;
            lastWork = bridge.loop.time();
            deadline = lastWork + timeout;
        }
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
        if (bridge.hasTasks()) {
            return; // of the channels that were closed: the bridge runs once more
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        long rest = Math.min(lastWork + quietNanos, deadline) - bridge.loop.time();
        if (rest <= 0) {
            future.trySuccess(null);
        } else {
            timer = bridge.loop.callAt(bridge.loop.time() + rest, bridge::enter);
        }
    }
}
