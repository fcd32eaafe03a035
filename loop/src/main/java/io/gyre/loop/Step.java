package io.gyre.loop;

/** An entry of the ready queue: what the tick does with it, on the carrier. Never user code. */
@FunctionalInterface
interface Step {
    /** Takes the step. On the carrier, except for callbacks, which the callback runner takes. */
    void take();
}
