package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The threads of a loop's offloaded calls when the system has no more of them, and when they wait for themselves. */
class OffloadPoolTest {
    /** A stack that no machine has room for: the system itself refuses to start the thread. */
    private static final long TOO_LARGE = 1L << 50;

    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final AtomicInteger threadsLeft = new AtomicInteger(Integer.MAX_VALUE);
    private final ThreadFactory factory =
            body -> new Thread(null, body, "worker", threadsLeft.getAndDecrement() > 0 ? 0 : TOO_LARGE);
    private final OffloadPool pool = new OffloadPool(driven.loop.core, 2, factory);

    @AfterEach
    void close() throws InterruptedException {
        pool.shutdownNow();
        assertThat(pool.awaitTermination(8, TimeUnit.SECONDS)).isTrue();
        driven.close();
    }

    @Test
    void callWaitsForAThreadThatIsThereIfNoFurtherOneCanBeStarted() throws Exception {
        threadsLeft.set(1);
        var done = new CountDownLatch(3);

        for (int i = 0; i < 3; i++) {
            pool.execute(done::countDown);
        }

        assertThat(done.await(8, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callIsRefusedIfNoThreadCanBeStartedAndNoneIsThere() throws Exception {
        threadsLeft.set(0);

        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> pool.execute(() -> {}))
                .withMessageContaining("no thread can be started")
                .withMessageContaining("unable to create native thread")
                .withMessageContaining("ulimit -u");

        threadsLeft.set(1);
        var done = new CountDownLatch(1);
        pool.execute(done::countDown);
        assertThat(done.await(8, TimeUnit.SECONDS)).as("a later call is served").isTrue();
        assertThat(pool.getQueue()).isEmpty();
    }

    @Test
    @Feature("Pool-saturation diagnostics")
    void waitingTaskIsToldThatAllThreadsAreBusyAndWithWhat() {
        var release = new CountDownLatch(1);
        var begun = new AtomicInteger();
        try (var busy = new HandDrivenLoop(options -> options.withOffloadExecutor(null))) {
            int threads = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < threads; i++) {
                tasks.add(busy.loop.createTask(
                        "occupant-" + i,
                        () -> Async.offload(() -> {
                            begun.incrementAndGet();
                            release.await();
                        })));
            }
            busy.runUntil(() -> begun.get() == threads);
            Task<?> late = busy.start(() -> Async.offload(() -> "late"));

            assertThat(late.waitsFor())
                    .startsWith(
                            "an offloaded call of " + OffloadPoolTest.class.getName() + ", not begun; all " + threads
                                    + " threads are busy: an offloaded call of " + OffloadPoolTest.class.getName()
                                    + " for task 'occupant-");
            release.countDown();
            busy.runUntil(late::isDone);
            busy.runUntil(() -> tasks.stream().allMatch(Task::isDone));
        }
    }

    @Test
    void poolWhoseCallsWaitForTheLoopIsWarnedOf() throws Exception {
        try (var log = new LoopLog()) {
            LoopFuture<String> future = driven.loop.createFuture();
            for (int i = 0; i < 2; i++) {
                pool.execute(() -> {
                    try {
                        future.get();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
            }
            OtherThread.spinUntil(() -> pool.running().stream()
                            .filter(OffloadPool.Running::isWaitingForLoop)
                            .count()
                    == 2);
            pool.execute(() -> {});
            long now = System.nanoTime();

            pool.lookAt(now);
            assertThat(log.count("have not begun")).as("at once").isZero();
            pool.lookAt(now + TimeUnit.SECONDS.toNanos(2));
            pool.lookAt(now + TimeUnit.SECONDS.toNanos(3));

            assertThat(log.count("have not begun")).as("once").isEqualTo(1);
            assertThat(log.first("have not begun"))
                    .contains("offloaded calls on EventLoop[hand-driven] have not begun (1)")
                    .contains("all 2 threads are busy")
                    .contains("which waits for a loop")
                    .contains("may wait for itself")
                    .contains("Offloading.on");
            driven.settle();
            future.setResult("value");
            driven.settle();
        }
    }

    @Test
    void poolThatIsMerelyBusyIsWarnedOfLater() {
        try (var log = new LoopLog()) {
            var release = new CountDownLatch(1);
            for (int i = 0; i < 3; i++) {
                pool.execute(() -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            OtherThread.spinUntil(() -> pool.running().size() == 2);
            long now = System.nanoTime();

            pool.lookAt(now + TimeUnit.SECONDS.toNanos(5));
            assertThat(log.count("have not begun")).isZero();
            pool.lookAt(now + TimeUnit.SECONDS.toNanos(11));

            assertThat(log.count("have not begun")).isEqualTo(1);
            release.countDown();
        }
    }
}
