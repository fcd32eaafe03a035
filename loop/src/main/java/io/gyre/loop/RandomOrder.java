package io.gyre.loop;

import java.util.ArrayDeque;
import java.util.Iterator;
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

    void shuffle(ArrayDeque<Step> ready) {
        Step[] shuffled = ready.toArray(Step[]::new);
        for (int i = shuffled.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            Step step = shuffled[i];
            shuffled[i] = shuffled[other];
            shuffled[other] = step;
        }
        Iterator<Step> callbacks =
                ready.stream().filter(RandomOrder::isCallback).toList().iterator();
        ready.clear();
        for (Step step : shuffled) {
            ready.add(isCallback(step) ? callbacks.next() : step);
        }
    }

    private static boolean isCallback(Step step) {
        return step instanceof Callback;
    }
}
