package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** An entry of the ready queue: what the tick does with it, on the carrier. Never user code. */
sealed interface Step permits VirtualThreadTask, Callback, GuestStep {
    /** Takes the step. On the carrier, except for callbacks, which the callback runner takes. */
    void take();

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
