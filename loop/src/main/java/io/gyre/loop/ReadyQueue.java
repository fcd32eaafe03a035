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
    private @Nullable Step first;
    private @Nullable Step last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    @Nullable
    Step peek() {
        return first;
    }

    /** Adds a step that is not in the queue. */
    void add(Step step) {
        if (last == null) {
            first = step;
        } else {
            last.setNextReady(step);
        }
        last = step;
        size++;
    }

    @Nullable
    Step poll() {
        return first == null ? null : remove();
    }

    /** Takes the first step; there is one. */
    Step remove() {
        Step taken = Objects.requireNonNull(first);
        first = taken.nextReady();
        if (first == null) {
            last = null;
        }
        taken.setNextReady(null);
        size--;
        return taken;
    }

    /** {@return the steps, in order} */
    List<Step> steps() {
        var steps = new ArrayList<Step>(size);
        for (Step step = first; step != null; step = step.nextReady()) {
            steps.add(step);
        }
        return steps;
    }

    /** Puts steps in place of those that are there. */
    void replaceBy(List<Step> steps) {
        while (first != null) {
            remove();
        }
        steps.forEach(this::add);
    }
}
