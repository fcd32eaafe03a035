package io.gyre.loop;

/** An entry of the ready queue: what the tick does with it, on the carrier. Never user code. */
@FunctionalInterface
interface Step {
    /** Takes the step. On the carrier, except for callbacks, which the callback runner takes. */
    void take();

    /** {@return where the step is now and where it came from, as lines to append to a message} Any thread. */
    default String stackNow() {
        return "";
    }
}
