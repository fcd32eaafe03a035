package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.internal.entry.StepStamp.Reading;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Which steps and ticks are reported, and when. The test says what the thread has done. */
class StepWatchTest {
    private static final long LIMIT_NANOS = nanos(100);
    private static final String REPORT = "task 'step' has kept EventLoop[hand-driven] for";
    private static final String REPORT_OF_TICK = "a tick has kept EventLoop[hand-driven] for";

    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final LoopCore loop = driven.loop.core;
    private final LoopLog log = new LoopLog();
    private final Load load = new Load();
    private final StepWatch watch = new StepWatch(loop.toString(), LIMIT_NANOS, load);
    private final Step step = (Step) driven.loop.createTask("step", () -> {});
    private long lateMillis;

    private static final class Load implements ThreadLoad {
        private long cpuMillis;
        private long collectionMillis;
        private boolean waiting;
        private SystemThread.State inSystem = SystemThread.State.RUNNABLE;

        @Override
        public long cpuNanos(Thread thread) {
            return cpuMillis < 0 ? -1 : nanos(cpuMillis);
        }

        @Override
        public long collectionNanos() {
            return nanos(collectionMillis);
        }

        @Override
        public boolean isWaiting(Thread thread) {
            return waiting;
        }

        @Override
        public SystemThread.State inSystem(SystemThread thread) {
            return inSystem;
        }
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    StepWatchTest() {
        loop.tick.stamp.begin(step);
    }

    @AfterEach
    void stopListening() {
        loop.tick.stamp.end();
        log.close();
    }

    private void lookAt(long millis) {
        watch.look(loop, loop.tick.stamp.read(), nanos(millis), nanos(lateMillis));
    }

    @Test
    @Feature("CPU-time-aware watchdog: a busy machine is no slow step")
    void stepThatWaitsForAProcessorIsNotSlow() {
        lookAt(0);
        load.cpuMillis = 99;

        lookAt(990);

        assertThat(log.count(REPORT)).isZero();
    }

    @Test
    void stepThatGetsNoProcessorForVeryLongIsReported() {
        lookAt(0);
        load.cpuMillis = 99;

        lookAt(1_000);

        assertThat(log.first(REPORT)).contains("waits for a processor, and has had one for 99 ms");
    }

    @Test
    void stepIsSlowOnceItHasWorkedForAsLong() {
        load.cpuMillis = 7_000; // of earlier steps
        lookAt(0);
        lookAt(150);
        load.cpuMillis += 100;

        lookAt(400);

        assertThat(log.first(REPORT)).contains("for 400 ms").contains("It computes (100 ms of processor time)");
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
    void stepThatIsParkedIsSlow() {
        lookAt(0);
        load.waiting = true;

        lookAt(100);

        assertThat(log.first(REPORT)).contains("Its thread is parked");
    }

    @Test
    void stepThatIsBlockedInTheSystemIsSlow() {
        lookAt(0);
        load.inSystem = SystemThread.State.ASLEEP;

        lookAt(100);

        assertThat(log.first(REPORT)).contains("It waits in the system");
    }

    @Test
    void collectionIsNotTheFaultOfTheStep() {
        load.collectionMillis = 5_000; // before
        lookAt(0);
        load.collectionMillis += 60;

        lookAt(100);

        assertThat(log.first(REPORT)).contains("Garbage collections have stopped the program for 60 ms");
    }

    @Test
    void stopOfTheProgramIsNotTheFaultOfTheStep() {
        lateMillis = 3_000; // before
        lookAt(0);
        load.cpuMillis = 99;
        lateMillis += 900;

        lookAt(990);
        assertThat(log.count(REPORT)).as("may be a busy machine").isZero();
        lookAt(1_100);

        assertThat(log.first(REPORT)).contains("The whole program has stood still for 900 ms");
    }

    @Test
    void timeAloneDecidesIfTheJvmDoesNotSayMore() {
        load.cpuMillis = -1;
        lookAt(0);

        lookAt(100);

        assertThat(log.first(REPORT)).contains("It computes. ");
    }

    @Test
    void lengthOfAStepThatWasReportedIsReportedAtItsEnd() {
        lookAt(0);
        load.waiting = true;
        lookAt(150);
        loop.tick.stamp.end();

        lookAt(350);
        lookAt(400);

        assertThat(log.count("task 'step' on EventLoop[hand-driven] continued after about 350 ms"))
                .isOne();
    }

    @Test
    void nothingIsSaidOfAStepThatHasEndedMeanwhile() {
        Reading<Step> seen = Objects.requireNonNull(loop.tick.stamp.read());
        lookAt(0);
        load.waiting = true;
        loop.tick.stamp.end();

        watch.look(loop, seen, nanos(150), 0);

        assertThat(log.count(REPORT)).isZero();
    }

    @Test
    @Feature("Long ticks of many short steps are reported, too")
    void manyShortStepsInOneTickAreReportedTogether() {
        for (long millis = 0; millis <= 400; millis += 50) {
            lookAt(millis);
            load.cpuMillis += 50;
            loop.tick.stamp.begin(step); // the next one
        }
        loop.tick.stamp.end();
        lookAt(450);

        assertThat(log.count(REPORT)).as("steps").isZero();
        assertThat(log.count(REPORT_OF_TICK)).as("100, 200, 400").isEqualTo(3);
        assertThat(log.first(REPORT_OF_TICK))
                .contains("for 100 ms: 3 steps have run in it so far")
                .contains("let fewer tasks be ready at once")
                .contains("The last step seen is task 'step'");
        assertThat(log.count("the tick that kept EventLoop[hand-driven] ended after about 450 ms"))
                .isOne();
    }

    @Test
    void shortTicksAreNotReportedTogether() {
        for (long millis = 0; millis <= 400; millis += 50) {
            lookAt(millis);
            load.cpuMillis += 50;
            loop.tick.stamp.end();
            loop.tick.stamp.begin(step);
        }

        assertThat(log.count("has kept")).isZero();
    }

    @Test
    void tickWithASlowStepIsNotReportedBesidesIt() {
        lookAt(0);
        load.cpuMillis = 150;
        lookAt(150);
        load.cpuMillis = 200;
        loop.tick.stamp.begin(step);

        lookAt(200);

        assertThat(log.count(REPORT)).isOne();
        assertThat(log.count(REPORT_OF_TICK)).isZero();
    }

    @Test
    void withoutALimitNothingIsReported() {
        var silent = new StepWatch(loop.toString(), Long.MAX_VALUE, load);
        load.waiting = true;

        silent.look(loop, loop.tick.stamp.read(), 0, 0);
        silent.look(loop, loop.tick.stamp.read(), Duration.ofDays(1).toNanos(), 0);

        assertThat(log.count("has kept")).isZero();
    }

    @Test
    void jvmKnowsHowLongAThreadHasWorkedAndWhetherItWaits() throws Exception {
        Thread self = Thread.currentThread();
        long before = ThreadLoad.OF_JVM.cpuNanos(self);
        OtherThread.spinUntil(() -> ThreadLoad.OF_JVM.cpuNanos(self) > before);

        assertThat(ThreadLoad.OF_JVM.isWaiting(self)).isFalse();
        Thread parked = Thread.ofPlatform().daemon().start(LockSupport::park);
        OtherThread.spinUntil(() -> ThreadLoad.OF_JVM.isWaiting(parked));
        assertThat(ThreadLoad.OF_JVM.isWaitingForNobody(parked))
                .as("JUnit has threads that may end it")
                .isFalse();
        LockSupport.unpark(parked);
        parked.join();
    }

    @Test
    void jvmCountsItsCollections() {
        long before = ThreadLoad.OF_JVM.collectionNanos();

        OtherThread.spinUntil(() -> {
            System.gc();
            return ThreadLoad.OF_JVM.collectionNanos() > before;
        });

        assertThat(ThreadLoad.OF_JVM.collectionNanos()).isGreaterThan(before);
    }
}
