package io.gyre.net.tls;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;

/** Tasks that wait until something has changed, and then look again. */
final class Changes {
    private final EventLoop loop = EventLoop.current();
    private final Object awaited;
    private final List<Wait> waits = new ArrayList<>(0);

    /** {@code awaited} says in its words what is waited for. */
    Changes(Object awaited) {
        this.awaited = awaited;
    }

    /** Waits for the next change. <b>Cancellation:</b> ends the wait. */
    void await() {
        var wait = new Wait(Async.currentTask());
        waits.add(wait);
        try {
            LowLevel.park(wait, wait);
        } finally {
            waits.remove(wait);
        }
    }

    void signal() {
        if (!waits.isEmpty() && loop.inLoop()) {
            List.copyOf(waits).forEach(wait -> LowLevel.unpark(wait.task, wait));
        }
    }

    /** One wait: what it waits for, and how it is undone. */
    private final class Wait implements AbortHandler {
        private final Task<?> task;

        Wait(Task<?> task) {
            this.task = task;
        }

        @Override
        public boolean abort() {
            return waits.remove(this);
        }

        @Override
        public String toString() {
            return LowLevel.describe(awaited);
        }
    }
}
