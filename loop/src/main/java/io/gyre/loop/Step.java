package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the ready queue. The tick tells by the type what to do with it: it mounts tasks and guests itself, and has the
 * callback runner run callbacks, which are user code.
 */
sealed interface Step permits VirtualThreadTask, GuestStep, Callback {
    /** {@return where the step is now and where it came from, as lines to append to a message} Any thread. */
    String stackNow();

    /** {@return the next step in the ready queue} Set by the queue. */
    @Nullable
    Step nextReady();

    /**
     * Links the step to the one behind it. For the queue.
     *
     * @param next that one, or null
     */
    void setNextReady(@Nullable Step next);
}
