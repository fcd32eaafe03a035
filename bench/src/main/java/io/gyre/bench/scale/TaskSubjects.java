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

    private static int yieldFor(int turns) {
        for (int i = 0; i < turns; i++) {
            yieldNow();
        }
        return turns;
    }

    /** Tasks that sleep, and a benchmark of the scheduler beside them. */
    private record Sleeping(EventLoop loop, LongSupplier operation) implements Subject {
        private static final Duration LONG = Duration.ofDays(1);
        private static final int FEW = 1_000;

        @Override
        public void add(int more) {
            loop.runUntilComplete(() -> {
                int asleep = loop.statistics().timers() + more;
                for (int i = 0; i < more; i++) {
                    createTask(() -> sleep(LONG));
                    if (i % FEW == 0) {
                        yieldNow(); // or the loop's watchdog complains
                    }
                }
                while (loop.statistics().timers() < asleep) {
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

    private static Subject sleeping(LoopBenchmark benchmark, LongSupplier operation) {
        benchmark.open();
        return new Sleeping(benchmark.loop, operation);
    }

    static Subject switching() {
        var benchmark = new SwitchBenchmark();
        return sleeping(benchmark, benchmark::yieldTask);
    }

    static Subject creating() {
        var benchmark = new CreateTaskBenchmark();
        return sleeping(benchmark, benchmark::createAndAwaitTask);
    }

    /** The floor of {@link Sleeping}. Nothing else than the list holds a virtual thread that is parked. */
    private record Parked(BareScheduler bare, LongSupplier operation, List<Thread> parked) implements Subject {
        @Override
        public void add(int more) {
            for (int i = 0; i < more; i++) {
                Thread thread = bare.newThread(LockSupport::park);
                parked.add(thread);
                thread.start();
            }
            bare.runUntilIdle();
        }

        @Override
        public long operate() {
            return operation.getAsLong();
        }
    }

    static Subject switchingBare() {
        var benchmark = new SwitchBenchmark();
        LongSupplier operation = () -> {
            benchmark.yieldBare();
            return SwitchBenchmark.SWITCHES;
        };
        return new Parked(benchmark.bare, operation, new ArrayList<>());
    }

    static Subject creatingBare() {
        var benchmark = new CreateTaskBenchmark();
        return new Parked(benchmark.bare, benchmark::startAndParkBare, new ArrayList<>());
    }
}
