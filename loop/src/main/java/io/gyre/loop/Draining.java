package io.gyre.loop;

import java.time.Duration;
import java.util.List;

/** The first part of an orderly end: nothing new is accepted, and the work that is there may finish. */
final class Draining {
    private final LoopCore loop;
    private boolean over;

    /** Whether the thread that shuts the loop down was interrupted, which ends the grace. */
    boolean interrupted;

    Draining(LoopCore loop) {
        this.loop = loop;
    }

    /** Runs the loop until its work is done; returns whether it is. On the thread that drives it. */
    boolean run(Duration grace) {
        tellWhatAccepts();
        long deadline = loop.time() + LoopCore.saturatedNanos(grace);
        var limit = new CallbackTimer(loop, deadline, new Callback(loop, () -> over = true));
        loop.tick.timers.add(limit);
        do {
            while (isWorkLeft() && !isOver()) {
                tick(Long.MAX_VALUE);
            }
            tick(0); // the callbacks of the last task, which may start another
        } while (isWorkLeft() && !isOver());
        limit.cancel();
        return !isWorkLeft();
    }

    private void tellWhatAccepts() {
        loop.shuttingDown = true;
        List.copyOf(loop.shutdownCallbacks).forEach(Callback::becomeReady);
        loop.shutdownCallbacks.clear();
        tick(0);
    }

    private void tick(long maxWaitNanos) {
        loop.tick.run(maxWaitNanos, Long.MAX_VALUE);
        interrupted |= loop.tick.takeInterrupt();
    }

    private boolean isWorkLeft() {
        return loop.tasks.userTasks() > 0 || loop.isAnyUserCallOffloaded();
    }

    private boolean isOver() {
        return over || interrupted || loop.driver.isStopping();
    }
}
