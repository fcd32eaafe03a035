package io.gyre.loop;

/** An entry of the ready queue: what the tick does with it, on the carrier. Never user code. */
@FunctionalInterface
interface Step {
    void run();
}
