package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the ready queue. The tick decides by type: it mounts tasks and guests itself, and lets the callback
 * runner run callbacks, which are user code.
 */
sealed interface Step permits VirtualThreadTask, GuestStep, Callback {
    /** {@return the step's current stack, innermost call first; empty if it is not known} Any thread. */
    StackTraceElement[] stackTrace();

    /** {@return where the step was created, or null if that is not known} Any thread. */
    @Nullable
    String createdAt();

    /** {@return the next step in the ready queue} Set by the queue. */
    @Nullable
    Step nextReady();

    /**
     * Links the step to the next one. For the queue.
     *
     * @param next the next step, or null
     */
    void setNextReady(@Nullable Step next);
}
