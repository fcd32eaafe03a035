package io.gyre.bench.scale.subject;

import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.EventLoop;
import io.gyre.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Timers that are pending, and others that come and go. */
final class GyreTimers implements Subject {
    private static final int OPERATIONS = 1_000;

    private final EventLoop loop = EventLoop.create();
    private final List<TimerHandle> pending = new ArrayList<>();
    private final TimerDelays delays = new TimerDelays();
    private final ToLongFunction<GyreTimers> operation;
    private int fired;

    GyreTimers(ToLongFunction<GyreTimers> operation) {
        this.operation = operation;
    }

    @Override
    public void add(int more) {
        loop.runUntilComplete(() -> {
            for (int i = 0; i < more; i++) {
                pending.add(scheduleLate());
                if (i % OPERATIONS == 0) {
                    yieldNow(); // or the loop's watchdog complains
                }
            }
            return more;
        });
    }

    private TimerHandle scheduleLate() {
        return loop.callLater(Duration.ofNanos(delays.late()), GyreTimers::never);
    }

    private static void never() {
        throw new IllegalStateException("a timer has fired that was due in an hour");
    }

    @Override
    public long operate() {
        return operation.applyAsLong(this);
    }

    long scheduleAndCancel() {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                scheduleLate().cancel();
            }
            return OPERATIONS;
        });
    }

    long replaceAny() {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < OPERATIONS; i++) {
                pending.set(delays.index(pending.size()), scheduleLate()).cancel();
            }
            return OPERATIONS;
        });
    }

    long scheduleAndFire() {
        return loop.runUntilComplete(() -> {
            fired = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                loop.callLater(Duration.ofNanos(delays.soon()), () -> fired++);
            }
            while (fired < OPERATIONS) {
                yieldNow(); // stays ready, so that the loop does not wait for the next millisecond
            }
            return OPERATIONS;
        });
    }
}
