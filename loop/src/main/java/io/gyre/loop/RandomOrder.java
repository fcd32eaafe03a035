package io.gyre.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Shuffles the ready steps, so that a test finds code that relies on the order of tasks. */
final class RandomOrder {
    /*
     * Design.
     *
     * The ready queue is shuffled as a whole when a batch begins. Callbacks then fill the places of callbacks in their
     * original order, which callSoon, callSoonThreadsafe and whenDone promise. No order is promised among tasks, or
     * between a task and a callback.
     */
    private final Random random;

    RandomOrder(long seed) {
        this.random = new Random(seed);
    }

    void shuffle(ReadyQueue<Step> ready) {
        List<Step> inOrder = ready.steps();
        var shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, random);
        Iterator<Step> callbacks =
                inOrder.stream().filter(Callback.class::isInstance).iterator();
        shuffled.replaceAll(step -> step instanceof Callback ? callbacks.next() : step);
        ready.replaceBy(shuffled);
    }
}
