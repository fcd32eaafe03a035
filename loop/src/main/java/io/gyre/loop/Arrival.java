package io.gyre.loop;

/** A message from another thread to a loop. */
@FunctionalInterface
interface Arrival {
    /**
     * Called on the carrier, before the batch: only makes something ready, or records something. Never user code. If it
     * runs out of memory, it is called again, so the part that may run out of memory comes first.
     */
    void arrive();
}
