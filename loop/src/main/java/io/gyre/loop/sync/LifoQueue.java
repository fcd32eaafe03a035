package io.gyre.loop.sync;

import java.util.ArrayDeque;
import java.util.Collections;

/**
 * A {@link Queue} that returns the most recent item first.
 *
 * {@snippet :
 * var idle = new LifoQueue<Connection>("idle", 10);
 * }
 *
 * <p><b>Confinement:</b> one loop, see the package. Waiting tasks are still served in order of arrival.
 *
 * <p><b>Source:</b> asyncio {@code LifoQueue}.
 *
 * @param <T> the items, not null
 */
public final class LifoQueue<T> extends Queue<T> {
    /** Creates a queue without a name and without a bound. */
    public LifoQueue() {
        this(UNBOUNDED);
    }

    /**
     * Creates a queue without a name.
     *
     * @param capacity the largest number of items that it holds, 1 or more
     */
    public LifoQueue(int capacity) {
        super(new Label("LifoQueue", null), capacity, Collections.asLifoQueue(new ArrayDeque<>()));
    }

    /**
     * Creates a queue.
     *
     * @param name for messages
     * @param capacity the largest number of items that it holds, 1 or more
     */
    public LifoQueue(String name, int capacity) {
        super(new Label("LifoQueue", name), capacity, Collections.asLifoQueue(new ArrayDeque<>()));
    }
}
