package io.gyre.loop.sync;

import io.gyre.loop.Task;

/**
 * A place where a fixed number of tasks wait for each other, again and again.
 *
 * {@snippet :
 * var round = new Barrier("round", players.size(), board::draw);
 * for (Player player : players) {
 *     createTask(() -> {
 *         while (true) {
 *             player.move();
 *             round.await();
 *         }
 *     });
 * }
 * }
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> asyncio {@code Barrier}, with the action of {@link java.util.concurrent.CyclicBarrier}. As in asyncio, a
 * task that is cancelled while it waits only leaves; it does not break the barrier for the others.
 */
public final class Barrier {
    /*
     * Design.
     *
     * Each round has a wait queue of its own. The last task to arrive starts the next round before it runs the action, so
     * that tasks that come while the action suspends belong to the next round. Indices are given when the barrier opens,
     * not on arrival: a task that was cancelled meanwhile leaves no gap.
     */
    private final Label label;
    private final int parties;
    private final Runnable action;
    private final Confinement confinement = new Confinement(this);
    private WaitQueue<Integer> arrived = newRound();
    private boolean broken;

    /**
     * Creates a barrier without an action.
     *
     * @param parties how many tasks open it
     */
    public Barrier(int parties) {
        this(new Label("Barrier", null), parties, () -> {});
    }

    /**
     * Creates a barrier.
     *
     * @param name for messages
     * @param parties how many tasks open it
     * @param action runs each time that all have arrived, before any goes on, in the task that came last; may suspend
     */
    public Barrier(String name, int parties, Runnable action) {
        this(new Label("Barrier", name), parties, action);
    }

    private Barrier(Label label, int parties, Runnable action) {
        if (parties < 1) {
            throw new IllegalArgumentException("a barrier needs 1 task or more, not " + parties);
        }
        this.label = label;
        this.parties = parties;
        this.action = action;
    }

    private static WaitQueue<Integer> newRound() {
        return new WaitQueue<>("the others at");
    }

    /**
     * A barrier at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param parties how many tasks open it
     * @param waiting how many wait
     * @param isBroken whether it is broken
     */
    public record Statistics(int parties, int waiting, boolean isBroken) {}

    /**
     * Waits until all have arrived.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> the task leaves, and another one has to come
     * in its place.
     *
     * @return a different number for each task of a round, 0 for the first to arrive; the last gets the number of parties
     *     less 1
     * @throws BarrierBrokenException if the barrier is broken, or is broken or reset while waiting
     */
    public int await() {
        Task<?> task = confinement.checkpoint();
        if (broken) {
            throw new BarrierBrokenException(this, "it is broken. Mend it with reset().");
        }
        if (arrived.size() == parties - 1) {
            open();
            return parties - 1;
        }
        Waiter<Integer> waiter = arrived.park(task, this);
        if (!waiter.isServed()) {
            throw new BarrierBrokenException(this, "it was broken or reset while " + task + " was waiting.");
        }
        return waiter.value();
    }

    private void open() {
        WaitQueue<Integer> round = arrived;
        arrived = newRound();
        try {
            action.run();
        } catch (Throwable e) {
            round.dismissAll();
            breakNow();
            throw e;
        }
        int index = 0;
        for (Waiter<Integer> waiter = round.first(); waiter != null; waiter = round.first()) {
            round.serve(waiter, index++);
        }
    }

    /** Breaks the barrier: those who wait, and those who come, get {@link BarrierBrokenException}. <b>Suspends:</b> no. */
    public void abort() {
        confinement.check("abort");
        breakNow();
    }

    private void breakNow() {
        broken = true;
        arrived.dismissAll();
    }

    /** Starts anew: those who wait get {@link BarrierBrokenException}, those who come do not. <b>Suspends:</b> no. */
    public void reset() {
        confinement.check("reset");
        broken = false;
        arrived.dismissAll();
    }

    /** {@return how many tasks open it} */
    public int parties() {
        return parties;
    }

    /** {@return whether it is broken: by {@link #abort()}, or because the action threw} */
    public boolean isBroken() {
        return broken;
    }

    /** {@return how many are there and how many are needed} */
    public Statistics statistics() {
        return new Statistics(parties, arrived.size(), broken);
    }

    @Override
    public String toString() {
        return label.with(arrived.size() + "/" + parties);
    }
}
