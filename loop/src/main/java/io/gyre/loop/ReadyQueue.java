package io.gyre.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The steps that are ready, first come, first served. For one thread. Linked through the steps.
 *
 * @param <S> the type of its steps
 */
final class ReadyQueue<S extends Step> {
    /*
     * Design.
     *
     * The links are in the steps, so that making something ready allocates nothing and never fails: the code that
     * unparks a task may be deep in a recursion, or the heap may be full, and a lost wake-up would never be made up
     * for. A step is in the queue at most once; its callers ensure that.
     */
    /** The step that was added last; its `next` is the first. One field: each store of a reference costs a barrier. */
    private @Nullable S last;

    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return last == null;
    }

    @Nullable
    S peek() {
        return last == null ? null : next(last);
    }

    /** Adds a step that is not in the queue. */
    void add(S step) {
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
    S poll() {
        return last == null ? null : remove();
    }

    /** Removes the first step of a queue that is not empty. */
    S remove() {
        S newest = Objects.requireNonNull(last);
        S taken = next(newest);
        if (taken == newest) {
            last = null;
        } else {
            newest.setNextReady(taken.nextReady());
        }
        taken.setNextReady(null);
        size--;
        return taken;
    }

    @SuppressWarnings("unchecked") // the links lead from one step of this queue to another
    private static <S extends Step> S next(S step) {
        return (S) Objects.requireNonNull(step.nextReady());
    }

    /** {@return the steps, in order} */
    List<S> steps() {
        var steps = new ArrayList<S>(size);
        S step = last;
        for (int i = 0; i < size; i++) {
            step = next(Objects.requireNonNull(step));
            steps.add(step);
        }
        return steps;
    }

    /** Replaces all steps. */
    void replaceBy(List<S> steps) {
        while (last != null) {
            remove();
        }
        steps.forEach(this::add);
    }
}
