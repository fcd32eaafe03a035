package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
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
    private final List<LoopPortal> portals;
    private final LoopChooser chooser;

    private LoopGroup(List<LoopPortal> portals, LoopChooser chooser) {
        this.portals = List.copyOf(portals);
        this.chooser = chooser;
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
        return start(size, LoopChooser.roundRobin(), options);
    }

    /**
     * {@return loops with the same options, and a way to choose the next; a name in the options is numbered from 1}
     *
     * @param size how many, 1 or more
     * @param chooser decides which loop is {@linkplain #next next}
     * @param options options of each loop
     * @throws IllegalArgumentException if {@code size} is less than 1
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs
     */
    public static LoopGroup start(int size, LoopChooser chooser, LoopOptions options) {
        Objects.requireNonNull(chooser);
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
        return new LoopGroup(portals, chooser);
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

    /**
     * {@return the portal of the next loop, as the group's {@link LoopChooser} decides; by default one after the other}
     *
     * @throws IllegalStateException if the chooser returned something else
     */
    public LoopPortal next() {
        LoopPortal chosen = chooser.choose(portals);
        if (portals.stream().noneMatch(portal -> portal == chosen)) {
            throw new IllegalStateException("the chooser of " + this + " returned " + Describe.object(chosen)
                    + ", which is none of its loops. Return one of the list that it is given.");
        }
        return chosen;
    }

    /**
     * {@return the portal of a loop that is the same for equal keys: for state that belongs to a key and so needs no lock}
     *
     * @param key with an {@code equals} and {@code hashCode} that do not change
     */
    public LoopPortal portalOf(Object key) {
        int hash = key.hashCode();
        return portals.get(Math.floorMod(hash ^ (hash >>> 16), portals.size())); // many hashes differ above only
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
        portals.forEach(LoopPortal::beginClose);
        portals.forEach(LoopPortal::close);
    }

    @Override
    public String toString() {
        return "LoopGroup" + loops();
    }
}
