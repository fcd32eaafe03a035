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

    /** What both do. Only one of them is loaded in a JVM, whose compilers know it then: nothing is called by way of a table. */
    abstract static class Timers<T> implements Subject {
        private final SplittableRandom random = new SplittableRandom(1);
        private final List<T> pending = new ArrayList<>();
        private final ToLongFunction<Timers<T>> operation;
        private int fired;

        Timers(ToLongFunction<Timers<T>> operation) {
            this.operation = operation;
        }

        abstract T schedule(long delayNanos, Runnable callback);

        abstract void unschedule(T timer);

        /** Lets what is due fire. */
        abstract void turn();

        @Override
        public void add(int more) {
            for (int i = 0; i < more; i++) {
                pending.add(scheduleLate());
                if (i % OPERATIONS == 0) {
                    turn(); // or the loop's watchdog complains
                }
            }
        }

        @Override
        public long operate() {
            return operation.applyAsLong(this);
        }

        /** In an hour or two, in no order. */
        private T scheduleLate() {
            return schedule(HOUR_NANOS + random.nextLong(HOUR_NANOS), TimerSubjects::never);
        }

        long cancel() {
            for (int i = 0; i < OPERATIONS; i++) {
                unschedule(scheduleLate());
            }
            return OPERATIONS;
        }

        long replace() {
            for (int i = 0; i < OPERATIONS; i++) {
                unschedule(pending.set(random.nextInt(pending.size()), scheduleLate()));
            }
            return OPERATIONS;
        }

        long fire() {
            fired = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                schedule(random.nextLong(SOON_NANOS), () -> fired++);
            }
            while (fired < OPERATIONS) {
                turn();
            }
            return OPERATIONS;
        }
    }

    static final class Gyre extends Timers<TimerHandle> {
        private final EventLoop loop = EventLoop.create();

        Gyre(ToLongFunction<Timers<TimerHandle>> operation) {
            super(operation);
        }

        @Override
        public void add(int more) {
            loop.runUntilComplete(() -> {
                super.add(more);
                return more;
            });
        }

        @Override
        public long operate() {
            return loop.runUntilComplete(super::operate);
        }

        @Override
        TimerHandle schedule(long delayNanos, Runnable callback) {
            return loop.callLater(Duration.ofNanos(delayNanos), callback);
        }

        @Override
        void unschedule(TimerHandle timer) {
            timer.cancel();
        }

        @Override
        void turn() {
            yieldNow(); // stays ready, so that the loop does not wait for the next millisecond
        }
    }

    static final class Bare extends Timers<BareHeap.Timer> {
        private final BareHeap heap = new BareHeap();

        Bare(ToLongFunction<Timers<BareHeap.Timer>> operation) {
            super(operation);
        }

        @Override
        BareHeap.Timer schedule(long delayNanos, Runnable callback) {
            return heap.add(System.nanoTime() + delayNanos, callback);
        }

        @Override
        void unschedule(BareHeap.Timer timer) {
            heap.remove(timer);
        }

        @Override
        void turn() {
            heap.runDue(System.nanoTime());
        }
    }
}
