package io.gyre.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future.State;

/**
 * Several loops, each in a thread of its own, for work that one core is not enough for.
 *
 * {@snippet :
 * try (var group = LoopGroup.start(4)) {
 *     ServerGroup.serve(group, ServerOptions.defaults(), address, handler);
 *     ...
 * }
 * }
 *
 * <p>A task stays on the loop where it was created, and so does all that belongs to that loop: streams, locks, queues. Between
 * loops, {@link EventLoop#call} gets a result from another one, and a channel that is made for threads passes values. Nothing is
 * moved from a busy loop to an idle one: that tasks of one loop never run in parallel is worth more than an even load.
 *
 * <p><b>Confinement:</b> any thread. <b>Resources:</b> a daemon thread and a selector for each loop, until it is closed.
 *
 * <p><b>Source:</b> Netty {@code MultiThreadIoEventLoopGroup}.
 */
public final class LoopGroup implements AutoCloseable {
    /*
     * Design.
     *
     * Whose turn it is is kept under a monitor, for a few instructions and never by somebody who is parked, so that a
     * task waits for it no longer than for a store. A race for the turn would do no harm to the loops, but to the even
     * load: of threads that ask all the time, many would get the same one.
     */
    private final List<LoopPortal> portals;
    private final Object monitorOfTurn = new Object();
    private int turn;

    private LoopGroup(List<LoopPortal> portals) {
        this.portals = List.copyOf(portals);
    }

    /**
     * {@return loops with default options}
     *
     * @param size how many, 1 or more; more than there are processors gain nothing
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs
     */
    public static LoopGroup start(int size) {
        return start(size, LoopOptions.defaults());
    }

    /**
     * {@return loops with the same options; a name in them gets a number from 1 on}
     *
     * @param size how many, 1 or more
     * @param options how to make each of them
     * @throws IllegalArgumentException if {@code size} is less than 1
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs
     */
    public static LoopGroup start(int size, LoopOptions options) {
        if (size < 1) {
            throw new IllegalArgumentException("a group of " + size + " loops; it needs 1 or more");
        }
        var portals = new ArrayList<LoopPortal>();
        try {
            for (int number = 1; number <= size; number++) {
                String name = options.name() == null ? DefaultNames.of(options) : options.name() + "-" + number;
                portals.add(
                        LoopPortal.start(Thread.ofPlatform().daemon().name(name).factory(), options.withName(name)));
            }
        } catch (Throwable failure) {
            portals.forEach(LoopPortal::close);
            throw failure;
        }
        return new LoopGroup(portals);
    }

    /** {@return the doors to the loops} */
    public List<LoopPortal> portals() {
        return portals;
    }

    /** {@return the loops} */
    public List<EventLoop> loops() {
        return portals.stream().map(LoopPortal::loop).toList();
    }

    /** {@return how many loops there are} */
    public int size() {
        return portals.size();
    }

    /** {@return the door to the next loop, one after the other} */
    public LoopPortal next() {
        synchronized (monitorOfTurn) {
            LoopPortal next = portals.get(turn);
            turn = (turn + 1) % portals.size();
            return next;
        }
    }

    /**
     * Waits until no tasks but system tasks are left, for a limited time, and closes the loops.
     *
     * <p><b>Confinement:</b> any thread but the loops' own.
     *
     * @param grace how long to wait for them
     * @return whether all have ended by themselves
     */
    public boolean shutdown(Duration grace) {
        List<CompletableFuture<Boolean>> idle = portals.stream()
                .map(portal -> portal.createTask(() -> awaitIdle(grace)))
                .toList();
        boolean allInTime = true;
        for (CompletableFuture<Boolean> loop : idle) {
            allInTime &=
                    loop.handle((inTime, failure) -> failure == null && inTime).join();
        }
        close();
        return allInTime;
    }

    private static boolean awaitIdle(Duration grace) {
        return Async.moveOnAfter(grace, () -> {
            for (List<Task<?>> left = others(); !left.isEmpty(); left = others()) {
                Combinators.awaitTasks(left, Combinators.ReturnWhen.ALL_COMPLETED);
            }
        });
    }

    private static List<Task<?>> others() {
        Task<?> self = Async.currentTask();
        var others = new ArrayList<Task<?>>();
        for (Task<?> task : EventLoop.current().tasks()) {
            if (task != self && !task.isSystem() && task.state() == State.RUNNING) {
                others.add(task);
            }
        }
        return others;
    }

    /**
     * Cancels the tasks of all loops at the same time, awaits them, and ends the threads. Does nothing the second time.
     *
     * @throws IllegalStateException if called on one of the loops, which would wait for itself
     */
    @Override
    public void close() {
        portals.forEach(LoopPortal::requireOutside);
        portals.forEach(portal -> portal.loop().stop());
        portals.forEach(LoopPortal::close);
    }

    @Override
    public String toString() {
        return "LoopGroup" + loops();
    }
}
