package io.gyre.bench.scale.subject;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** The floor of {@link GyreTimers}: the same in a {@link BareHeap}. */
final class BareTimers implements Subject {
    private static final int OPERATIONS = 1_000;

    private final BareHeap heap = new BareHeap();
    private final List<BareHeap.Timer> pending = new ArrayList<>();
    private final TimerDelays delays = new TimerDelays();
    private final ToLongFunction<BareTimers> operation;
    private int fired;

    BareTimers(ToLongFunction<BareTimers> operation) {
        this.operation = operation;
    }

    @Override
    public void add(int more) {
        for (int i = 0; i < more; i++) {
            pending.add(addLate());
        }
    }

    private BareHeap.Timer addLate() {
        return heap.add(System.nanoTime() + delays.late(), BareTimers::never);
    }

    private static void never() {
        throw new IllegalStateException("a timer has fired that was due in an hour");
    }

    @Override
    public long operate() {
        return operation.applyAsLong(this);
    }

    long addAndRemove() {
        for (int i = 0; i < OPERATIONS; i++) {
            heap.remove(addLate());
        }
        return OPERATIONS;
    }

    long replaceAny() {
        for (int i = 0; i < OPERATIONS; i++) {
            heap.remove(pending.set(delays.index(pending.size()), addLate()));
        }
        return OPERATIONS;
    }

    long addAndPoll() {
        fired = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            heap.add(System.nanoTime() + delays.soon(), () -> fired++);
        }
        while (fired < OPERATIONS) {
            heap.runDue(System.nanoTime());
        }
        return OPERATIONS;
    }
}
