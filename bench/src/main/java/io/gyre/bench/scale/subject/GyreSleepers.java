package io.gyre.bench.scale.subject;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.EventLoop;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;

/** Tasks that sleep, and a few others that do something beside them. */
final class GyreSleepers implements Subject {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Callable<Integer> BODY = () -> 1;
    private static final int OPERATIONS = 10_000;
    private static final int FEW = 1_000;
    private static final int TURNS = OPERATIONS / 2;

    private final EventLoop loop = EventLoop.create();
    private final ToLongFunction<GyreSleepers> operation;
    private int count;

    GyreSleepers(ToLongFunction<GyreSleepers> operation) {
        this.operation = operation;
    }

    @Override
    public void add(int more) {
        count += more;
        loop.runUntilComplete(() -> {
            for (int i = 0; i < more; i++) {
                createTask(() -> sleep(LONG));
                if (i % FEW == 0) {
                    yieldNow(); // or the loop's watchdog complains
                }
            }
            while (loop.statistics().timers() < count) {
                yieldNow();
            }
            return more;
        });
    }

    @Override
    public long operate() {
        return operation.applyAsLong(this);
    }

    long switchTwo() {
        return loop.runUntilComplete(() -> {
            var peer = createTask(() -> yieldInTurn());
            return yieldInTurn() + peer.await();
        });
    }

    private static int yieldInTurn() {
        for (int i = 0; i < TURNS; i++) {
            yieldNow();
        }
        return TURNS;
    }

    long createAndAwait() {
        return loop.runUntilComplete(() -> {
            int sum = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                sum += createTask(BODY).await();
            }
            return sum;
        });
    }
}
