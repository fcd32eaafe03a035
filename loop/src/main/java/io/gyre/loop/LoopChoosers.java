package io.gyre.loop;

import io.gyre.loop.internal.entry.TaskTally;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The strategies behind {@link LoopChooser}. */
final class LoopChoosers {
    /*
     * Design.
     *
     * A monitor guards the state of a chooser. It is held for a few instructions and never by a parked thread, so a task
     * waits for it hardly longer than for a store. A race for the turn would not harm the loops, but would make the
     * load uneven: threads that ask all the time would often get the same loop.
     */
    private LoopChoosers() {}

    static final class RoundRobin implements LoopChooser {
        private final Object monitor = new Object();
        private int turn;

        @Override
        public LoopPortal choose(List<LoopPortal> portals) {
            synchronized (monitor) {
                LoopPortal next = portals.get(turn % portals.size());
                turn = (turn + 1) % portals.size();
                return next;
            }
        }
    }

    static final class LeastLoaded implements LoopChooser {
        private final Object monitor = new Object();
        private final Map<LoopPortal, Load> loads = new HashMap<>();
        private int turn;

        /** The tasks that a loop has told of, and those that are on their way to it: each that begins has arrived. */
        private static final class Load {
            private int begun;
            private int underWay;

            int sum(EventLoop loop) {
                TaskTally.Reading told = loop.core.tally.read();
                int arrived = told.begun() - begun;
                begun += arrived;
                underWay = Math.max(0, underWay - arrived); // tasks of the loop itself begin, too
                return told.tasks() + underWay;
            }
        }

        @Override
        public LoopPortal choose(List<LoopPortal> portals) {
            synchronized (monitor) {
                int size = portals.size();
                int chosen = turn % size;
                int least = Integer.MAX_VALUE;
                for (int i = 0; i < size; i++) {
                    int candidate = (turn + i) % size;
                    LoopPortal portal = portals.get(candidate);
                    int load = portal.loop().isClosed()
                            ? Integer.MAX_VALUE
                            : loadOf(portal).sum(portal.loop());
                    if (load < least) {
                        least = load;
                        chosen = candidate;
                    }
                }
                turn = (chosen + 1) % size;
                LoopPortal next = portals.get(chosen);
                loadOf(next).underWay++;
                return next;
            }
        }

        private Load loadOf(LoopPortal portal) {
            return loads.computeIfAbsent(portal, _ -> new Load());
        }
    }
}
