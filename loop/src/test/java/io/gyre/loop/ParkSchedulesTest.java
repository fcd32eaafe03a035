package io.gyre.loop;

import static io.gyre.loop.Durations.ONE_HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Seeded schedules of a wait whose step ends with code that may wait itself: in each of them the wake-up comes, before,
 * while or after that code waits, and must arrive. The broken twin loses it in some of the same schedules.
 */
class ParkSchedulesTest {
    private static final int SCHEDULES = 2_000;
    /** How a task waits. */
    private interface Waiter {
        /** Waits, behind what ends with the step. In the task. */
        void park(Runnable endOfStep);

        /** Ends the wait, if it has begun. In the loop. */
        void unpark();
    }

    /** As the product does. */
    private static final class Real implements Waiter {
        private final AbortHandler handler = new AbortHandler() {
            @Override
            public boolean abort() {
                return true;
            }
        };
        private @Nullable Task<?> task;

        @Override
        public void park(Runnable endOfStep) {
            task = Async.currentTask();
            LowLevel.atEndOfStep(endOfStep);
            LowLevel.park("the wake-up", handler);
        }

        @Override
        public void unpark() {
            if (task != null) {
                LowLevel.unpark(task, handler);
            }
        }
    }

    /** Parks once, and takes the permit of the thread for the wake-up; whatever ran in between may have used it up. */
    private static final class Broken implements Waiter {
        private @Nullable Thread thread;

        @Override
        public void park(Runnable endOfStep) {
            thread = Thread.currentThread();
            endOfStep.run();
            LockSupport.park();
        }

        @Override
        public void unpark() {
            LockSupport.unpark(thread);
        }
    }

    /** What the end of the step does in the waiting task. */
    private enum EndOfStep {
        NOTHING,
        WAITS_IN_A_LOCK_OF_THE_JDK,
        WAITS_TWICE,
        PARKS_FOR_A_MOMENT,
        LEAVES_A_PERMIT,
        CREATES_A_TASK
    }

    private static <E> E oneOf(Random random, E[] all) {
        return all[random.nextInt(all.length)];
    }

    /** One schedule. All of it happens in the thread that drives the loop. */
    private static final class Schedule {
        private final Random random;
        private final HandDrivenLoop driven = new HandDrivenLoop();
        private final Semaphore gate = new Semaphore(0);
        private final Waiter waiter;
        private final EndOfStep endOfStep;
        private final boolean cancels;
        private boolean momentHasPassed;

        Schedule(long seed, Waiter waiter) {
            this.random = new Random(seed);
            this.waiter = waiter;
            this.endOfStep = oneOf(random, EndOfStep.values());
            this.cancels = waiter instanceof Real && random.nextInt(4) == 0;
        }

        /** {@return whether the wake-up has arrived} */
        boolean run() {
            var woken = new ArrayList<String>();
            Task<?> task = driven.loop.createTask(() -> {
                waiter.park(this::endStep);
                woken.add("woken");
            });
            driven.tick();
            for (Runnable act : acts(task)) {
                act.run();
                for (int ticks = random.nextInt(3); ticks > 0; ticks--) {
                    driven.tick();
                }
            }
            driven.runUntil(() -> endOfStep != EndOfStep.PARKS_FOR_A_MOMENT || momentHasPassed); // the JDK ends it
            driven.settle();
            boolean arrived = task.isDone();
            if (arrived && !cancels) {
                assertThat(woken).containsExactly("woken");
            }
            clearUp(task);
            return arrived;
        }

        private List<Runnable> acts(Task<?> task) {
            var acts = new ArrayList<Runnable>();
            acts.add(() -> driven.loop.callSoon(waiter::unpark));
            acts.add(() -> gate.release(2));
            if (cancels) {
                acts.add(() -> task.cancel("by the schedule"));
            }
            if (random.nextBoolean()) {
                acts.add(() -> LockSupport.unpark(((VirtualThreadTask<?>) task).thread())); // by nobody in particular
            }
            Collections.shuffle(acts, random);
            return acts;
        }

        private void endStep() {
            switch (endOfStep) {
                case NOTHING -> {}
                case WAITS_IN_A_LOCK_OF_THE_JDK -> gate.acquireUninterruptibly();
                case WAITS_TWICE -> {
                    gate.acquireUninterruptibly();
                    gate.acquireUninterruptibly();
                }
                case PARKS_FOR_A_MOMENT -> {
                    LockSupport.parkNanos(1);
                    momentHasPassed = true;
                }
                case LEAVES_A_PERMIT -> LockSupport.unpark(Thread.currentThread());
                case CREATES_A_TASK -> Async.createTask(() -> Async.sleep(ONE_HOUR));
            }
        }

        private void clearUp(Task<?> task) {
            gate.release(2);
            driven.advance(ONE_HOUR);
            driven.runUntil(
                    () -> { // a park of the broken one may not be the first that takes the permit
                        LockSupport.unpark(((VirtualThreadTask<?>) task).thread());
                        return task.isDone();
                    });
            driven.assertIdle();
            driven.close();
        }
    }

    /** {@return the seeds of the schedules that hang} */
    private static List<Integer> lost(Supplier<Waiter> waiters) {
        return IntStream.range(0, SCHEDULES)
                .filter(seed -> !new Schedule(seed, waiters.get()).run())
                .boxed()
                .toList();
    }

    @Test
    void noWakeUpIsLost() {
        assertThat(lost(Real::new)).isEmpty();
    }

    @Test
    void brokenTwinLosesSome() {
        assertThat(lost(Broken::new)).isNotEmpty();
    }
}
