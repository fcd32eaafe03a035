package io.gyre.loop.sync;

import java.util.Comparator;

/**
 * A {@link Queue} that returns the least item first, and equal items in order of insertion.
 *
 * {@snippet :
 * var urgent = new PriorityQueue<Job>("urgent", 10, Comparator.comparing(Job::due));
 * }
 *
 * <p><b>Confinement:</b> one loop, see the package. Waiting tasks are still served in order of arrival.
 *
 * <p><b>Errors:</b> exceptions of the comparator reach the caller of put or get; the comparator should not throw.
 *
 * <p><b>Source:</b> asyncio {@code PriorityQueue}. Differs: equal items keep their order.
 *
 * @param <T> the items, not null
 */
public final class PriorityQueue<T> extends Queue<T> {
    /**
     * Creates a queue without a name and without a bound.
     *
     * @param order which item comes first
     */
    public PriorityQueue(Comparator<? super T> order) {
        this(UNBOUNDED, order);
    }

    /**
     * Creates a queue without a name.
     *
     * @param capacity the largest number of items that it holds, 1 or more
     * @param order which item comes first
     */
    public PriorityQueue(int capacity, Comparator<? super T> order) {
        super(new Label("PriorityQueue", null), capacity, new StableHeap<>(order));
    }

    /**
     * Creates a queue.
     *
     * @param name for messages
     * @param capacity the largest number of items that it holds, 1 or more
     * @param order which item comes first
     */
    public PriorityQueue(String name, int capacity, Comparator<? super T> order) {
        super(new Label("PriorityQueue", name), capacity, new StableHeap<>(order));
    }
}
