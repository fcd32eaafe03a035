package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** The cancellations that have reached a task, and what it has been told of them. Made by the first; most tasks have none. */
final class CancelDelivery {
    /*
     * Design.
     *
     *     pending          the next checkpoint raises it: the outermost cancelled scope that can be seen, or null
     *     told             the one that the task is dealing with; another is told when control has left that
     *     interruptOwed    the task was told while it ran or was ready, and no checkpoint has raised yet: when it
     *                      parks in a call of the JDK, it is interrupted there
     *     interruptedFor   an interrupt was sent for this scope, in which control still is
     *
     * The interrupt is sent only while the task is parked in a call of the JDK that reacts to it. Anywhere else it would
     * hit whatever comes next: a file channel, which it closes for all who share it, or clean-up.
     *
     * What is sent is taken back by the next checkpoint, and again when control leaves the scope, whatever has become of
     * the status in between: code that has caught InterruptedException restores it, as it should, and the next block
     * must not be cancelled by that. Until then a status that is found set is taken for one that was restored.
     */

    /** So many cancellations in a row no clean-up needs. */
    static final int MANY_RAISES = 128;

    @Nullable
    CancelScope pending;

    @Nullable
    CancelScope told;

    boolean interruptOwed;

    @Nullable
    CancelScope interruptedFor;

    /** The tick in which a cancellation was raised last, to see whether others could run since. */
    private long raisedInTick = -1;

    private int raises;

    /** {@return whether there is nothing to remember} */
    boolean isOver() {
        return pending == null && told == null && interruptedFor == null;
    }

    /** {@return whether the task knows: it was told, and not by an interrupt that has not ended anything yet} */
    boolean hasArrived(Thread thread) {
        return told != null && !interruptOwed && !(interruptedFor != null && thread.isInterrupted());
    }

    /** {@return whether a cancellation was raised in this tick already, so that nobody else has run since} */
    boolean hasRaisedIn(long tick) {
        return raisedInTick == tick;
    }

    /** Notes that one is raised. */
    void raised(long tick) {
        raisedInTick = tick;
        raises++;
    }

    /** {@return whether the task goes on and on although it is cancelled} True once. */
    boolean isIgnored() {
        return raises == MANY_RAISES;
    }
}
