package io.gyre.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Several loops, each in a thread of its own, for work that needs more than one core.
 *
 * {@snippet :
 * try (var group = LoopGroup.start(4)) {
 *     ServerGroup.serve(group, ServerOptions.defaults(), address, handler);
 *     ...
 * }
 * }
 *
 * <p>A task stays on the loop that created it, and so does everything that belongs to the loop: streams, locks, queues.
 * {@link EventLoop#call} gets a result from another loop, and a channel made for threads passes values between loops.
 * Nothing moves from a busy loop to an idle one: the guarantee that tasks of one loop never run in parallel is worth
 * more than an even load.
 *
 * <p><b>Confinement:</b> any thread. <b>Resources:</b> a daemon thread and a selector for each loop, until it is closed.
 *
 * <p><b>Source:</b> Netty {@code MultiThreadIoEventLoopGroup}.
 */
public final class LoopGroup implements AutoCloseable {
    /*
     * Design.
     *
     * A monitor guards the turn counter. It is held for a few instructions and never by a parked thread, so a task
     * waits for it hardly longer than for a store. A race for the turn would not harm the loops, but would make the
     * load uneven: threads that ask all the time would often get the same loop.
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
     * @param size how many, 1 or more; more than the number of processors gains nothing
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs
     */
    public static LoopGroup start(int size) {
        return start(size, LoopOptions.defaults());
    }

    /**
     * {@return loops with the same options; a name in the options is numbered from 1}
     *
     * @param size how many, 1 or more
     * @param options options of each loop
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

    /** {@return the portals of the loops} */
    public List<LoopPortal> portals() {
        return portals;
    }

    /** {@return the loops} */
    public List<EventLoop> loops() {
        return portals.stream().map(LoopPortal::loop).toList();
    }

    /** {@return the number of loops} */
    public int size() {
        return portals.size();
    }

    /** {@return the portal of the next loop, in round-robin order} */
    public LoopPortal next() {
        synchronized (monitorOfTurn) {
            LoopPortal next = portals.get(turn);
            turn = (turn + 1) % portals.size();
            return next;
        }
    }

    /**
     * Ends the loops in order, at the same time, as {@link EventLoop#shutdown} does.
     *
     * <p><b>Confinement:</b> any thread except the loops' own.
     *
     * @param grace how long the work may take
     * @return whether all of it ended by itself
     * @throws IllegalStateException if called on one of the loops, which would wait for itself
     */
    public boolean shutdown(Duration grace) {
        Objects.requireNonNull(grace);
        portals.forEach(LoopPortal::requireOutside);
        portals.forEach(portal -> portal.beginShutdown(grace));
        boolean allInTime = true;
        for (LoopPortal portal : portals) {
            allInTime &= portal.awaitShutdown();
        }
        return allInTime;
    }

    /**
     * Cancels the tasks of all loops at once, awaits them, and ends the threads. Does nothing the second time.
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
