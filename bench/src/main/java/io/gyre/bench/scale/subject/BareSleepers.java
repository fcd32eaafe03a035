package io.gyre.bench.scale.subject;

import io.gyre.bench.BareScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/** The floor of {@link GyreSleepers}: virtual threads that are parked on a bare queue. */
final class BareSleepers implements Subject {
    private static final int OPERATIONS = 10_000;
    private static final int TURNS = OPERATIONS / 2;

    private final BareScheduler bare = new BareScheduler();
    /** Nothing else holds a virtual thread that is parked. */
    private final List<Thread> sleepers = new ArrayList<>();

    private final ToLongFunction<BareSleepers> operation;
    private int ended;

    BareSleepers(ToLongFunction<BareSleepers> operation) {
        this.operation = operation;
    }

    @Override
    public void add(int more) {
        for (int i = 0; i < more; i++) {
            Thread sleeper = bare.newThread(LockSupport::park);
            sleepers.add(sleeper);
            sleeper.start();
        }
        bare.runUntilIdle();
    }

    @Override
    public long operate() {
        return operation.applyAsLong(this);
    }

    long switchTwo() {
        bare.newThread(BareSleepers::yieldInTurn).start();
        bare.newThread(BareSleepers::yieldInTurn).start();
        bare.runUntilIdle();
        return OPERATIONS;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the bare queue, too, queues a thread that yields last
    private static void yieldInTurn() {
        for (int i = 0; i < TURNS; i++) {
            Thread.yield();
        }
    }

    long startAndAwait() {
        ended = 0;
        bare.newThread(this::startOneAfterTheOther).start();
        bare.runUntilIdle();
        return ended;
    }

    private void startOneAfterTheOther() {
        Thread parent = Thread.currentThread();
        for (int i = 0; i < OPERATIONS; i++) {
            bare.newThread(() -> {
                        ended++;
                        LockSupport.unpark(parent);
                    })
                    .start();
            while (ended <= i) {
                LockSupport.park();
            }
        }
    }
}
