package io.gyre.loop.spi;

import java.util.List;

/**
 * A loop that has nothing to run, as its {@link Ticker} sees it: what a clock of tests must know before it jumps.
 *
 * <p><b>Confinement:</b> loop thread; the answers are those of the moment.
 */
public interface IdleLoop {
    /**
     * A wait that something outside the loop will end, at a time that no clock of the loop can tell.
     *
     * @param who the task or callback, as messages name it
     * @param what what it waits for, as a participle: {@code parked in java.util.concurrent.locks.ReentrantLock.lock}
     * @param isReadiness whether it is a channel's readiness
     */
    record Hold(String who, String what, boolean isReadiness) {
        @Override
        public String toString() {
            return who + ", " + what;
        }
    }

    /** {@return how many nanoseconds of the ticker until the next timer is due; {@link Long#MAX_VALUE} without timers} */
    long untilTimerNanos();

    /**
     * {@return whether the last tick looked for readiness, timers and work of other threads, and found nothing to run}
     *
     * <p>When it is false, something may be ready that nobody has looked for yet, such as bytes that a task has just sent
     * to another.
     */
    boolean isSettled();

    /**
     * {@return who waits for something outside the loop, tasks first, in order of creation}
     *
     * <p>That is: tasks that are parked in a call of the JDK (a lock, {@code Thread.sleep}, a blocking socket), those that
     * wait for an {@link OutsideWait} such as an offloaded call, and callbacks that are registered for readiness.
     */
    List<Hold> holds();
}
