package io.gyre.bench.scale;

import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.EventLoop;
import io.gyre.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;

/** Timers that are pending, and others that come and go; and their floor, the same in a {@link BareHeap}. */
final class TimerSubjects {
    private static final int OPERATIONS = 1_000;
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
    private static final long SOON_NANOS = 1_000;

    private TimerSubjects() {}

    private static void never() {
        throw new IllegalStateException("a timer has fired that was due in an hour");
    }

    /** When timers are due, the same for both: in an hour or two, in no order; or now. */
    private abstract static class Timers implements Subject {
        private final SplittableRandom random = new SplittableRandom(1);
        int fired;

        long late() {
            return HOUR_NANOS + random.nextLong(HOUR_NANOS);
        }

        long soon() {
            return random.nextLong(SOON_NANOS);
        }

        int anyOf(List<?> pending) {
            return random.nextInt(pending.size());
        }
    }

    /** Timers of a loop. */
    static final class Gyre extends Timers {
        private final EventLoop loop = EventLoop.create();
        private final List<TimerHandle> pending = new ArrayList<>();
        private final ToLongFunction<Gyre> operation;

        Gyre(ToLongFunction<Gyre> operation) {
            this.operation = operation;
        }

        @Override
        public void add(int more) {
            loop.runUntilComplete(() -> {
                for (int i = 0; i < more; i++) {
                    pending.add(addLate());
                    if (i % OPERATIONS == 0) {
                        yieldNow(); // or the loop's watchdog complains
                    }
                }
                return more;
            });
        }

        private TimerHandle addLate() {
            return loop.callLater(Duration.ofNanos(late()), TimerSubjects::never);
        }

        @Override
        public long operate() {
            return loop.runUntilComplete(() -> operation.applyAsLong(this));
        }

        long cancel() {
            for (int i = 0; i < OPERATIONS; i++) {
                addLate().cancel();
            }
            return OPERATIONS;
        }

        long replace() {
            for (int i = 0; i < OPERATIONS; i++) {
                pending.set(anyOf(pending), addLate()).cancel();
            }
            return OPERATIONS;
        }

        long fire() {
            fired = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                loop.callLater(Duration.ofNanos(soon()), () -> fired++);
            }
            while (fired < OPERATIONS) {
                yieldNow(); // stays ready, so that the loop does not wait for the next millisecond
            }
            return OPERATIONS;
        }
    }

    /** Timers of a bare heap. */
    static final class Bare extends Timers {
        private final BareHeap heap = new BareHeap();
        private final List<BareHeap.Timer> pending = new ArrayList<>();
        private final ToLongFunction<Bare> operation;

        Bare(ToLongFunction<Bare> operation) {
            this.operation = operation;
        }

        @Override
        public void add(int more) {
            for (int i = 0; i < more; i++) {
                pending.add(addLate());
            }
        }

        private BareHeap.Timer addLate() {
            return heap.add(System.nanoTime() + late(), TimerSubjects::never);
        }

        @Override
        public long operate() {
            return operation.applyAsLong(this);
        }

        long cancel() {
            for (int i = 0; i < OPERATIONS; i++) {
                heap.remove(addLate());
            }
            return OPERATIONS;
        }

        long replace() {
            for (int i = 0; i < OPERATIONS; i++) {
                heap.remove(pending.set(anyOf(pending), addLate()));
            }
            return OPERATIONS;
        }

        long fire() {
            fired = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                heap.add(System.nanoTime() + soon(), () -> fired++);
            }
            while (fired < OPERATIONS) {
                heap.runDue(System.nanoTime());
            }
            return OPERATIONS;
        }
    }
}
