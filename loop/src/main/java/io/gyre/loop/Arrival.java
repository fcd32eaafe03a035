package io.gyre.loop;

/** What another thread sends to a loop. */
@FunctionalInterface
interface Arrival {
    /**
     * Called on the carrier, before the batch: only makes something ready, or notes something. Never user code. If memory
     * runs out in it, it is called again, so what can run out of memory comes first.
     */
    void arrive();
}
