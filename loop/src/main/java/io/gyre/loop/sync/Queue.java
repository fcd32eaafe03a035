package io.gyre.loop.sync;

import io.gyre.loop.Task;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Passes items from producers to consumers, first in, first out.
 *
 * {@snippet :
 * var jobs = new Queue<Job>("jobs", 10);
 * createTask(() -> {
 *     while (true) {
 *         Job job = jobs.get();
 *         work(job);
 *         jobs.taskDone();
 *     }
 * });
 * jobs.put(new Job());
 * jobs.join();
 * }
 *
 * <p>If receivers need to know when no more items will come, use a {@link Channel}.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> asyncio {@code Queue}, with {@code shutdown} as in Python 3.13. Differs: an item goes directly to
 * the waiting task and cannot be lost.
 *
 * @param <T> the items, not null
 */
public sealed class Queue<T> permits PriorityQueue, LifoQueue {
    /*
     * Design.
     *
     * Getters wait only while the queue is empty, putters only while it is full, so never both. Handing over keeps this
     * invariant: put gives its item to the first getter; get moves the item of the first putter into the queue.
     */

    /** The capacity of a queue that always has room. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    private final Label label;
    private final int capacity;
    private final java.util.Queue<T> items;
    private final Confinement confinement = new Confinement(this);
    private final WaitQueue<T> getters = new WaitQueue<>("get from");
    private final WaitQueue<T> putters = new WaitQueue<>("put to");
    private final WaitQueue<T> joiners = new WaitQueue<>("join of");
    private int unfinished;
    private boolean shutDown;

    /** Creates a queue without a name and without a bound. */
    public Queue() {
        this(UNBOUNDED);
    }

    /**
     * Creates a queue without a name.
     *
     * @param capacity the largest number of items that it holds, 1 or more
     */
    public Queue(int capacity) {
        this(new Label("Queue", null), capacity, new ArrayDeque<>());
    }

    /**
     * Creates a queue.
     *
     * @param name for messages
     * @param capacity the largest number of items that it holds, 1 or more
     */
    public Queue(String name, int capacity) {
        this(new Label("Queue", name), capacity, new ArrayDeque<>());
    }

    Queue(Label label, int capacity, java.util.Queue<T> items) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue needs a capacity of 1 or more, not " + capacity
                    + ". A Channel hands over without holding anything.");
        }
        this.label = label;
        this.capacity = capacity;
        this.items = items;
    }

    /**
     * A queue at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param size how many items it holds
     * @param capacity the largest number that it can hold
     * @param getting how many tasks wait in {@link Queue#get()}
     * @param putting how many tasks wait in {@link Queue#put}
     * @param joining how many tasks wait in {@link Queue#join()}
     * @param unfinished how many items were put in and not reported as done
     * @param isShutDown whether it is shut down
     */
    public record Statistics(
            int size, int capacity, int getting, int putting, int joining, int unfinished, boolean isShutDown) {}

    /**
     * Puts an item into the queue.
     *
     * <p><b>Suspends:</b> until there is room. Always a checkpoint. <b>Cancellation:</b> does not put the item in; once
     * it is in, this call returns and the next checkpoint raises.
     *
     * @param item the item
     * @throws QueueShutDownException if the queue is shut down, also while waiting
     */
    public final void put(T item) {
        Objects.requireNonNull(item);
        Task<?> task = confinement.checkpoint();
        if (!offer(item) && !putters.park(task, this, item).isServed()) {
            throw new QueueShutDownException(this);
        }
    }

    /**
     * Puts an item into the queue if there is room. <b>Suspends:</b> no.
     *
     * @param item the item
     * @return whether there was room
     * @throws QueueShutDownException if the queue is shut down
     */
    public final boolean tryPut(T item) {
        Objects.requireNonNull(item);
        confinement.check();
        return offer(item);
    }

    private boolean offer(T item) {
        requireNotShutDown();
        Waiter<T> getter = getters.first();
        if (getter != null) {
            getters.serve(getter, item);
        } else if (items.size() < capacity) {
            items.add(item);
        } else {
            return false;
        }
        unfinished++;
        return true;
    }

    /**
     * Gets the next item.
     *
     * <p><b>Suspends:</b> until there is one. Always a checkpoint. <b>Cancellation:</b> takes no item; once an item has been
     * handed over, this call returns it and the next checkpoint raises.
     *
     * @return the item
     * @throws QueueShutDownException if the queue is empty and shut down, also while waiting
     */
    public final T get() {
        Task<?> task = confinement.checkpoint();
        T item = poll();
        if (item != null) {
            return item;
        }
        requireNotShutDown();
        Waiter<T> waiter = getters.park(task, this);
        if (!waiter.isServed()) {
            throw new QueueShutDownException(this);
        }
        return waiter.value();
    }

    /**
     * Gets the next item if there is one. <b>Suspends:</b> no.
     *
     * @return the item, or empty
     * @throws QueueShutDownException if the queue is empty and shut down
     */
    public final Optional<T> tryGet() {
        confinement.check();
        T item = poll();
        if (item == null) {
            requireNotShutDown();
        }
        return Optional.ofNullable(item);
    }

    private @Nullable T poll() {
        T item = items.poll();
        Waiter<T> putter = putters.first();
        if (item != null && putter != null) {
            items.add(putter.value());
            unfinished++;
            putters.serve(putter);
        }
        return item;
    }

    private void requireNotShutDown() {
        if (shutDown) {
            throw new QueueShutDownException(this);
        }
    }

    /**
     * Reports that the work on one item is done. <b>Suspends:</b> no.
     *
     * @throws IllegalStateException if called more often than items were put in
     */
    public final void taskDone() {
        confinement.check();
        if (unfinished == 0) {
            throw new IllegalStateException(
                    "taskDone: all items of " + this + " were already done. Call it once for each item that was got.");
        }
        finish(1);
    }

    private void finish(int count) {
        unfinished -= count;
        if (unfinished == 0) {
            joiners.serveAll();
        }
    }

    /**
     * Waits until {@link #taskDone()} has been called for all items that were put in.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint.
     */
    public final void join() {
        Task<?> task = confinement.checkpoint();
        if (unfinished > 0) {
            joiners.park(task, this);
        }
    }

    /**
     * Shuts the queue down: {@link #put}, and {@link #get()} on the empty queue, throw {@link QueueShutDownException}
     * from now on, also in tasks that wait. May be called again. <b>Suspends:</b> no.
     *
     * @param immediate whether to drop the remaining items, which then count as done
     */
    public final void shutdown(boolean immediate) {
        confinement.check();
        shutDown = true;
        if (immediate) {
            int dropped = Math.min(items.size(), unfinished);
            items.clear();
            finish(dropped);
        }
        getters.dismissAll();
        putters.dismissAll();
    }

    /** {@return how many items it holds} */
    public final int size() {
        return items.size();
    }

    /** {@return the largest number of items that it holds; {@link #UNBOUNDED} if there is always room} */
    public final int capacity() {
        return capacity;
    }

    /** {@return whether it holds no item} */
    public final boolean isEmpty() {
        return items.isEmpty();
    }

    /** {@return whether the next {@link #put} has to wait} */
    public final boolean isFull() {
        return items.size() >= capacity;
    }

    /** {@return whether {@link #shutdown} was called} */
    public final boolean isShutDown() {
        return shutDown;
    }

    /** {@return a snapshot of the contents and the waiters} */
    public final Statistics statistics() {
        return new Statistics(
                items.size(), capacity, getters.size(), putters.size(), joiners.size(), unfinished, shutDown);
    }

    @Override
    public final String toString() {
        return label.with(capacity == UNBOUNDED ? String.valueOf(items.size()) : items.size() + "/" + capacity);
    }
}
