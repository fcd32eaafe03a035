package io.gyre.loop.spi;

import java.util.List;

/**
 * An idle loop as its {@link Ticker} sees it: the facts that a test clock needs before it jumps.
 *
 * <p><b>Confinement:</b> loop thread; answers are valid only at the moment of the call.
 */
public interface IdleLoop {
    /**
     * A wait that ends from outside the loop, at a time that the loop's clock cannot predict.
     *
     * @param who the name of the task or callback in messages
     * @param what the wait, as a participle: {@code parked in java.util.concurrent.locks.ReentrantLock.lock}
     * @param isReadiness whether it waits for a channel's readiness
     */
    record Hold(String who, String what, boolean isReadiness) {
        @Override
        public String toString() {
            return who + ", " + what;
        }
    }

    /** {@return the nanoseconds of the ticker until the next timer is due; {@link Long#MAX_VALUE} without timers} */
    long untilTimerNanos();

    /**
     * {@return whether the last tick looked for readiness, timers and work of other threads, and found nothing to run}
     *
     * <p>If false, something may be ready that the loop has not looked for yet, such as bytes that one task has just
     * sent to another.
     */
    boolean isSettled();

    /**
     * {@return the waits for events outside the loop, tasks first, in order of creation}
     *
     * <p>Included are tasks parked in a call of the JDK (a lock, {@code Thread.sleep}, a blocking socket), tasks that
     * wait for an {@link OutsideWait} such as an offloaded call or for a future of another library, and callbacks registered for readiness.
     */
    List<Hold> holds();
}
