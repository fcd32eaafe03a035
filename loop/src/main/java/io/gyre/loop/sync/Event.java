package io.gyre.loop.sync;

import io.gyre.loop.Task;

/**
 * A flag that tasks can wait for.
 *
 * {@snippet :
 * var started = new Event("started");
 * createTask(() -> {
 *     started.await();
 *     talkToServer();
 * });
 * started.set();
 * }
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> asyncio {@code Event}.
 */
public final class Event {
    private final Label label;
    private final Confinement confinement = new Confinement(this);
    private final WaitQueue<Event> waiters = new WaitQueue<>("set of");
    private boolean set;

    /** Creates an event without a name, not set. */
    public Event() {
        label = new Label("Event", null);
    }

    /**
     * Creates an event, not set.
     *
     * @param name for messages
     */
    public Event(String name) {
        label = new Label("Event", name);
    }

    /**
     * An event at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param isSet whether it is set
     * @param waiting how many tasks wait for it
     */
    public record Statistics(boolean isSet, int waiting) {}

    /**
     * Waits until the event is set.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. A woken task goes on even if the event is cleared before it
     * runs.
     */
    public void await() {
        Task<?> task = confinement.checkpoint();
        if (!set) {
            waiters.park(task, this);
        }
    }

    /**
     * Sets the event: all waiting tasks become ready, and no task waits until {@link #clear()}. <b>Suspends:</b> no.
     */
    public void set() {
        confinement.check();
        set = true;
        waiters.serveAll();
    }

    /** Clears the event: tasks that come later wait again. <b>Suspends:</b> no. */
    public void clear() {
        confinement.check();
        set = false;
    }

    /** {@return whether it is set} */
    public boolean isSet() {
        return set;
    }

    /** {@return a snapshot: whether it is set, and the number of waiting tasks} */
    public Statistics statistics() {
        return new Statistics(set, waiters.size());
    }

    @Override
    public String toString() {
        return label.toString();
    }
}
