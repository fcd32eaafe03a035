package io.gyre.loop;

import io.gyre.loop.spi.IdleLoop;
import java.util.ArrayList;
import java.util.List;

/** What a tick tells the ticker when there is nothing to run. */
final class TickIdle implements IdleLoop {
    private final LoopCore loop;
    private final Tick tick;

    TickIdle(LoopCore loop, Tick tick) {
        this.loop = loop;
        this.tick = tick;
    }

    @Override
    public long untilTimerNanos() {
        return tick.untilTimerNanos();
    }

    @Override
    public boolean isSettled() {
        return tick.isSettled();
    }

    @Override
    public List<Hold> holds() {
        var holds = new ArrayList<Hold>();
        for (VirtualThreadTask<?> task : loop.tasks.snapshot()) {
            Hold hold = task.hold();
            if (hold != null) {
                holds.add(hold);
            }
        }
        tick.poller.forEachListener(listener -> {
            Hold hold =
                    switch (listener) {
                        case ReadinessWait wait -> wait.callbackHold();
                        case ChannelRegistration.Told told -> told.hold();
                        default -> null;
                    };
            if (hold != null) {
                holds.add(hold);
            }
        });
        return holds;
    }
}
