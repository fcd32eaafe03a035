package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.internal.entry.StepStamp.Reading;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Whether a step that takes long is slow by itself. The test says how long the thread has worked. */
class WatchdogTest {
    private static final Duration THRESHOLD = Duration.ofMillis(100);
    private static final String REPORT = "task 'step' has kept EventLoop[hand-driven] for";

    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final LoopCore loop = driven.loop.core;
    private final LoopLog log = new LoopLog();
    private final Load load = new Load();
    private final Watchdog watchdog = new Watchdog(loop, THRESHOLD, load);
    private final Reading<Step> step = new Reading<>(1, (Step) driven.loop.createTask("step", () -> {}));

    private static final class Load implements ThreadLoad {
        private long cpuMillis;
        private boolean waiting;

        @Override
        public long cpuNanos(Thread thread) {
            return cpuMillis < 0 ? -1 : Duration.ofMillis(cpuMillis).toNanos();
        }

        @Override
        public boolean isWaiting(Thread thread) {
            return waiting;
        }
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    private void lookAt(long millis) {
        watchdog.lookAtStep(loop, step, Duration.ofMillis(millis).toNanos());
    }

    @Test
    @Feature("CPU-time-aware watchdog: a busy machine is no slow step")
    void stepThatWaitsForAProcessorIsNotSlow() {
        lookAt(0);
        load.cpuMillis = 99;

        lookAt(1_000);

        assertThat(log.count(REPORT)).isZero();
    }

    @Test
    void stepIsSlowOnceItHasWorkedForAsLong() {
        load.cpuMillis = 7_000; // of earlier steps
        lookAt(0);
        lookAt(150);
        load.cpuMillis += 100;

        lookAt(400);

        assertThat(log.first(REPORT)).contains("for 400 ms").contains("Offload computing or blocking calls");
    }

    @Test
    void stepThatHangsIsReportedAtGrowingIntervals() {
        lookAt(0);
        load.waiting = true;
        for (long millis = 50; millis <= 800; millis += 50) {
            lookAt(millis);
        }

        assertThat(log.count(REPORT)).isEqualTo(4); // 100, 200, 400, 800
    }

    @Test
    void stepThatBlocksTheThreadIsSlow() {
        lookAt(0);
        load.waiting = true;

        lookAt(100);

        assertThat(log.count(REPORT)).isOne();
    }

    @Test
    void timeAloneDecidesIfTheJvmDoesNotSayMore() {
        load.cpuMillis = -1;
        lookAt(0);

        lookAt(100);

        assertThat(log.count(REPORT)).isOne();
    }

    @Test
    void classLoadingIsCalledByItsName() {
        StackTraceElement[] loading = {
            new StackTraceElement("java.util.zip.Inflater", "inflateBytesBytes", null, -2),
            new StackTraceElement("java.lang.ClassLoader", "loadClass", null, 1),
            new StackTraceElement("com.example.Main", "main", null, 1)
        };
        StackTraceElement[] initialising = {new StackTraceElement("com.example.Heavy", "<clinit>", null, 1)};
        StackTraceElement[] computing = {new StackTraceElement("com.example.Main", "compute", null, 1)};

        assertThat(Watchdog.advice(loading)).contains("It loads or initialises classes");
        assertThat(Watchdog.advice(initialising)).contains("for the first time in Async.offload");
        assertThat(Watchdog.advice(computing)).contains("Offload computing");
    }

    @Test
    void jvmKnowsHowLongAThreadHasWorkedAndWhetherItWaits() throws Exception {
        Thread self = Thread.currentThread();
        long before = ThreadLoad.OF_JVM.cpuNanos(self);
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (ThreadLoad.OF_JVM.cpuNanos(self) == before && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }

        assertThat(ThreadLoad.OF_JVM.cpuNanos(self)).isGreaterThan(before);
        assertThat(ThreadLoad.OF_JVM.isWaiting(self)).isFalse();
        Thread parked = Thread.ofPlatform().daemon().start(java.util.concurrent.locks.LockSupport::park);
        OtherThread.spinUntil(() -> ThreadLoad.OF_JVM.isWaiting(parked));
        java.util.concurrent.locks.LockSupport.unpark(parked);
        parked.join();
    }
}
