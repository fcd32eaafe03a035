package io.gyre.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps that are ready, first come, first served. For one thread. Linked through the steps. */
final class ReadyQueue {
    /*
     * Design.
     *
     * The links are in the steps, so that making something ready allocates nothing and never fails: whoever unparks a task
     * may be deep in a recursion, or the heap may be full, and a wake-up that was lost would be lost for good. A step is in
     * the queue once at the most; those who add it see to that.
     */
    /** The step that was added last, whose next one is the first. One field: each store of a reference costs a barrier. */
    private @Nullable Step last;

    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return last == null;
    }

    @Nullable
    Step peek() {
        return last == null ? null : last.nextReady();
    }

    /** Adds a step that is not in the queue. */
    void add(Step step) {
        if (last == null) {
            step.setNextReady(step);
        } else {
            step.setNextReady(last.nextReady());
            last.setNextReady(step);
        }
        last = step;
        size++;
    }

    @Nullable
    Step poll() {
        return last == null ? null : remove();
    }

    /** Takes the first step; there is one. */
    Step remove() {
        Step newest = Objects.requireNonNull(last);
        Step taken = Objects.requireNonNull(newest.nextReady());
        if (taken == newest) {
            last = null;
        } else {
            newest.setNextReady(taken.nextReady());
        }
        taken.setNextReady(null);
        size--;
        return taken;
    }

    /** {@return the steps, in order} */
    List<Step> steps() {
        var steps = new ArrayList<Step>(size);
        Step step = last;
        for (int i = 0; i < size; i++) {
            step = Objects.requireNonNull(Objects.requireNonNull(step).nextReady());
            steps.add(step);
        }
        return steps;
    }

    /** Puts steps in place of those that are there. */
    void replaceBy(List<Step> steps) {
        while (last != null) {
            remove();
        }
        steps.forEach(this::add);
    }
}
