package io.gyre.loop;

import java.util.List;

/**
 * Decides which loop of a {@link LoopGroup} is next: the loop for a piece of work, or for a connection that another loop
 * has accepted.
 *
 * {@snippet :
 * LoopChooser first = portals -> portals.getFirst();
 * LoopGroup group = LoopGroup.start(4, LoopChooser.leastLoaded(), LoopOptions.defaults());
 * }
 *
 * <p><b>Confinement:</b> any thread, several at a time. Use each object for one group.
 *
 * <p><b>Source:</b> Netty {@code EventExecutorChooserFactory}.
 */
@FunctionalInterface
public interface LoopChooser {
    /**
     * {@return the loop to use} Must not suspend or block; the caller gets what it throws.
     *
     * @param portals the loops of the group, at least one, always in the same order
     */
    LoopPortal choose(List<LoopPortal> portals);

    /** {@return a chooser that takes one after the other} */
    static LoopChooser roundRobin() {
        return new LoopChoosers.RoundRobin();
    }

    /**
     * {@return a chooser that takes the loop with the fewest tasks: for tasks that live for very different times, such as
     * connections}
     *
     * <p>System tasks do not count. Closed loops are not chosen. Among equals it takes one after the other. A loop tells
     * its number once in each tick. What the chooser has chosen counts as a task until the loop tells that a task has begun.
     */
    static LoopChooser leastLoaded() {
        return new LoopChoosers.LeastLoaded();
    }
}
