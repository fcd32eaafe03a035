package io.gyre.loop.sync;

import io.gyre.loop.Task;
import java.util.LinkedHashSet;
import java.util.Set;

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
     * Each round has its own wait queue. The last task to arrive starts the next round before it runs the action, so
     * that tasks that come while the action suspends belong to the next round. Tasks get their indices when the barrier
     * opens, not on arrival, so a task that was cancelled in between leaves no gap.
     *
     * The barrier remembers the rounds whose action still runs: abort and reset apply to the tasks that wait there,
     * too.
     */
    private final Label label;
    private final int parties;
    private final Runnable action;
    private final Confinement confinement = new Confinement(this);
    private final Set<Round> opening = new LinkedHashSet<>();
    private Round arriving = new Round();
    private boolean broken;

    /** Tasks that wait for each other. */
    private static final class Round {
        private final WaitQueue<Integer> waiters = new WaitQueue<>("the others at");
        private boolean isBroken;

        void breakNow() {
            isBroken = true;
            waiters.dismissAll();
        }
    }

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
     * @param action runs each time all parties have arrived, in the last task, before any task goes on; may suspend
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
     * Waits until all parties have arrived.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> the task leaves, and another task has
     * to take its place.
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
        if (arriving.waiters.size() == parties - 1 && arriving.waiters.count() == parties - 1) {
            open();
            return parties - 1;
        }
        Waiter<Integer> waiter = arriving.waiters.park(task, this);
        if (!waiter.isServed()) {
            throw new BarrierBrokenException(this, "it was broken or reset while " + task + " was waiting.");
        }
        return waiter.value();
    }

    private void open() {
        Round round = arriving;
        arriving = new Round();
        runAction(round);
        if (round.isBroken) {
            throw new BarrierBrokenException(this, "it was broken or reset while its action was running.");
        }
        WaitQueue<Integer> waiters = round.waiters;
        int index = 0;
        for (Waiter<Integer> waiter = waiters.first(); waiter != null; waiter = waiters.first()) {
            waiters.serve(waiter, index++);
        }
    }

    private void runAction(Round round) {
        opening.add(round);
        try {
            action.run();
        } catch (Throwable e) {
            if (!round.isBroken) { // other rounds are not affected
                broken = true;
                dismissAll();
            }
            throw e;
        } finally {
            opening.remove(round);
        }
    }

    /**
     * Breaks the barrier: tasks that wait now or arrive later get {@link BarrierBrokenException}. <b>Suspends:</b> no.
     */
    public void abort() {
        confinement.check();
        broken = true;
        dismissAll();
    }

    /**
     * Resets the barrier: tasks that wait now get {@link BarrierBrokenException}; tasks that arrive later start a new
     * round. <b>Suspends:</b> no.
     */
    public void reset() {
        confinement.check();
        broken = false;
        dismissAll();
    }

    private void dismissAll() {
        arriving.breakNow();
        arriving = new Round();
        opening.forEach(Round::breakNow);
    }

    /** {@return how many tasks open it} */
    public int parties() {
        return parties;
    }

    /** {@return whether it is broken: by {@link #abort()}, or because the action threw} */
    public boolean isBroken() {
        return broken;
    }

    /** {@return a snapshot: the number of tasks that wait and the number that is needed} */
    public Statistics statistics() {
        return new Statistics(parties, arriving.waiters.size(), broken);
    }

    @Override
    public String toString() {
        return label.with(arriving.waiters.size() + "/" + parties);
    }
}
