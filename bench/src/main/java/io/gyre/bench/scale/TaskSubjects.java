package io.gyre.bench.scale;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.bench.BareScheduler;
import io.gyre.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/** Tasks, and the floor of each: virtual threads on a bare queue. */
final class TaskSubjects {
    private static final int OPERATIONS = 10_000;
    private static final int TURNS = OPERATIONS / 2;

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

    /** Tasks that sleep, and a few others that do something beside them. */
    static final class Gyre implements Subject {
        private static final Duration LONG = Duration.ofDays(1);
        private static final Callable<Integer> BODY = () -> 1;
        private static final int FEW = 1_000;

        private final EventLoop loop = EventLoop.create();
        private final ToLongFunction<Gyre> operation;
        private int count;

        Gyre(ToLongFunction<Gyre> operation) {
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
                var peer = createTask(() -> yieldFor(TURNS));
                return yieldFor(TURNS) + peer.await();
            });
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

    private static int yieldFor(int turns) {
        for (int i = 0; i < turns; i++) {
            yieldNow();
        }
        return turns;
    }

    /** The floor of {@link Gyre}. */
    static final class Bare implements Subject {
        private final BareScheduler bare = new BareScheduler();
        /** Nothing else holds a virtual thread that is parked. */
        private final List<Thread> sleepers = new ArrayList<>();

        private final ToLongFunction<Bare> operation;
        private int ended;

        Bare(ToLongFunction<Bare> operation) {
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
            bare.newThread(Bare::yieldInTurn).start();
            bare.newThread(Bare::yieldInTurn).start();
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
}
