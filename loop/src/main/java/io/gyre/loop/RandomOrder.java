package io.gyre.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** Shuffles what is ready, so that a test finds code that relies on the order in which tasks take turns. */
final class RandomOrder {
    /*
     * Design.
     *
     * The ready queue is shuffled as a whole when a batch begins. Callbacks then take the places that fell to callbacks
     * in the order in which they stood: callSoon, callSoonThreadsafe and whenDone promise that order. Tasks promise
     * nothing among each other, and nothing between a task and a callback.
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
