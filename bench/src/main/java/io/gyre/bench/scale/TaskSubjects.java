package io.gyre.bench.scale;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.bench.BareScheduler;
import io.gyre.bench.loop.CreateTaskBenchmark;
import io.gyre.bench.loop.LoopBenchmark;
import io.gyre.bench.loop.SwitchBenchmark;
import io.gyre.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Tasks, and the floor of each: virtual threads on a bare queue. */
final class TaskSubjects {
    private static final int OPERATIONS = 10_000;

    private TaskSubjects() {}

    /** Tasks that are ready all the time: each step switches to the one that has waited longest. */
    static final class GyreReady implements Subject {
        private final EventLoop loop = EventLoop.create();
        private int count;
        private long steps;

        @Override
        public void add(int more) {
            count += more;
            loop.runUntilComplete(() -> {
                for (int i = 0; i < more; i++) {
                    createTask(this::stepForEver);
                }
                yieldNow();
                return more;
            });
        }

        private void stepForEver() {
            for (; ; ) {
                steps++;
                yieldNow();
            }
        }

        @Override
        public long operate() {
            long before = steps;
            int passes = Math.max(1, OPERATIONS / count);
            loop.runUntilComplete(() -> yieldFor(passes));
            return steps - before;
        }
    }

    /** The floor of {@link GyreReady}. */
    static final class BareReady implements Subject {
        private final BareScheduler bare = new BareScheduler();
        private int count;
        private long steps;

        @Override
        public void add(int more) {
            count += more;
            for (int i = 0; i < more; i++) {
                bare.newThread(this::stepForEver).start();
            }
            bare.run(count);
        }

        @SuppressWarnings("ThreadPriorityCheck") // the bare queue, too, queues a thread that yields last
        private void stepForEver() {
            for (; ; ) {
                steps++;
                Thread.yield();
            }
        }

        @Override
        public long operate() {
            long before = steps;
            bare.run(Math.max(count, OPERATIONS));
            return steps - before;
        }
    }

    /** Tasks that sleep, and a benchmark of the scheduler beside them. */
    static final class Gyre implements Subject {
        private static final Duration LONG = Duration.ofDays(1);
        private static final int FEW = 1_000;

        private final EventLoop loop;
        private final LongSupplier operation;
        private int count;

        private Gyre(LoopBenchmark benchmark, LongSupplier operation) {
            benchmark.open();
            this.loop = benchmark.loop;
            this.operation = operation;
        }

        static Gyre switching() {
            var benchmark = new SwitchBenchmark();
            return new Gyre(benchmark, benchmark::yieldTask);
        }

        static Gyre creating() {
            var benchmark = new CreateTaskBenchmark();
            return new Gyre(benchmark, benchmark::createAndAwaitTask);
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
            return operation.getAsLong();
        }
    }

    private static int yieldFor(int turns) {
        for (int i = 0; i < turns; i++) {
            yieldNow();
        }
        return turns;
    }

    /** The floor of {@link Gyre}. */
    static final class Bare implements Subject {
        private final BareScheduler bare;
        /** Nothing else holds a virtual thread that is parked. */
        private final List<Thread> sleepers = new ArrayList<>();

        private final LongSupplier operation;

        private Bare(BareScheduler bare, LongSupplier operation) {
            this.bare = bare;
            this.operation = operation;
        }

        static Bare switching() {
            var benchmark = new SwitchBenchmark();
            return new Bare(benchmark.bare, () -> {
                benchmark.yieldBare();
                return SwitchBenchmark.SWITCHES;
            });
        }

        static Bare creating() {
            var benchmark = new CreateTaskBenchmark();
            return new Bare(benchmark.bare, benchmark::startAndParkBare);
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
            return operation.getAsLong();
        }
    }
}
