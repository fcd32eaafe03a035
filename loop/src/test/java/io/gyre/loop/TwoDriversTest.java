package io.gyre.loop;

import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One thread drives a loop. Another that wants to is told so, whenever it comes, and changes nothing. */
class TwoDriversTest {
    private final EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("contested"));

    @AfterEach
    void close() {
        loop.close();
    }

    private enum Drive {
        RUN_ONCE("runOnce") {
            @Override
            void run(EventLoop loop) {
                loop.runOnce(Duration.ZERO);
            }
        },
        RUN_FOREVER("runForever") {
            @Override
            void run(EventLoop loop) {
                loop.runForever();
            }
        },
        RUN_UNTIL_COMPLETE("runUntilComplete") {
            @Override
            void run(EventLoop loop) {
                loop.runUntilComplete(() -> "never");
            }
        },
        CLOSE("close") {
            @Override
            void run(EventLoop loop) {
                loop.close();
            }
        };

        private final String method;

        Drive(String method) {
            this.method = method;
        }

        abstract void run(EventLoop loop);
    }

    private void assertRefused(Drive drive) throws Exception {
        OtherThread.run(() -> {
                    assertThatIllegalStateException()
                            .isThrownBy(() -> drive.run(loop))
                            .withMessageContaining(drive.method + ": EventLoop[contested] is already running, in ")
                            .withMessageContaining("the driver");
                    assertThat(loop.inLoop()).isFalse();
                })
                .get();
    }

    private static FutureTask<Integer> startDriver(EventLoop loop, Duration maxWait) {
        var driver = new FutureTask<>(() -> loop.runOnce(maxWait));
        Thread.ofPlatform().name("the driver").daemon().start(driver);
        return driver;
    }

    @ParameterizedTest
    @EnumSource
    void secondDriverIsRefusedWhileATaskRuns(Drive drive) throws Exception {
        var inside = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        Task<Boolean> task = loop.createTask(() -> {
            inside.countDown();
            OtherThread.spinUntil(() -> end.getCount() == 0);
            return loop.inLoop();
        });
        FutureTask<Integer> driver = startDriver(loop, Duration.ZERO);
        inside.await();

        assertRefused(drive);
        end.countDown();

        assertThat(driver.get()).isEqualTo(1);
        assertThat(task.resultNow()).as("still in its loop").isTrue();
        assertThat(loop.runUntilComplete(() -> "the next may drive")).isEqualTo("the next may drive");
    }

    @ParameterizedTest
    @EnumSource
    void secondDriverIsRefusedWhileTheLoopWaits(Drive drive) throws Exception {
        var asleep = new CountDownLatch(1);
        loop.callSoon(asleep::countDown);
        var driver = new FutureTask<>(() -> {
            int steps = loop.runOnce(Duration.ZERO);
            return steps + loop.runOnce(ONE_DAY);
        });
        Thread thread = Thread.ofPlatform().name("the driver").daemon().start(driver);
        asleep.await();
        OtherThread.spinUntil(() -> loop.isRunning() && isInSelect(thread));

        assertRefused(drive);
        loop.wakeup();

        assertThat(driver.get()).isEqualTo(1);
    }

    private static boolean isInSelect(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("select")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void ofManyThatComeAtOnceEachDrivesAloneOrIsRefused() throws Exception {
        int threads = 4;
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var start = new CyclicBarrier(threads);
        List<FutureTask<Integer>> drivers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            drivers.add(OtherThread.call(() -> {
                int refused = 0;
                for (int round = 0; round < 300; round++) {
                    start.await();
                    loop.callSoonThreadsafe(() -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                    });
                    try {
                        loop.runOnce(Duration.ZERO);
                    } catch (IllegalStateException taken) {
                        refused++;
                    }
                }
                return refused;
            }));
        }
        for (FutureTask<Integer> driver : drivers) {
            assertThat(driver.get()).isLessThanOrEqualTo(300);
        }

        assertThat(most).hasValue(1);
        assertThat(loop.isRunning()).isFalse();
        assertThat(loop.runUntilComplete(() -> "the next may drive")).isEqualTo("the next may drive");
    }
}
