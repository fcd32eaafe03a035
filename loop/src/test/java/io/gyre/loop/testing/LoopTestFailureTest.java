package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.testing.LoopTesting.background;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest.Time;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;

class LoopTestFailureTest {
    private static Throwable failureOf(String method, Class<?>... parameters) {
        List<LaunchedTests.Ended> ended = LaunchedTests.of(FailingTests.class, method, parameters);
        assertThat(ended).hasSize(1);
        return ended.getFirst().failure();
    }

    /** Launched by the tests below, and else by nobody. */
    static class FailingTests {
        @LoopTest
        void checkedException() throws IOException {
            throw new IOException("lost");
        }

        @LoopTest
        void assertion() {
            assertThat(1).as("one").isEqualTo(2);
        }

        @LoopTest
        void assumption() {
            assumeTrue(false, "not today");
        }

        @LoopTest(seed = 1)
        void assumptionInRandomOrder() {
            assumeTrue(false, "not today");
        }

        @LoopTest
        @Timeout(value = 100, unit = TimeUnit.MILLISECONDS)
        void exceedsTheTimeoutOfJUnit() {
            EventLoop.current().createFuture().await();
        }

        @LoopTest
        void unobservedFailure() {
            createTask("bad", () -> {
                throw new IOException("lost");
            });
        }

        @LoopTest
        void failureBesideAnUnobservedOne() {
            createTask("bad", () -> {
                throw new IOException("lost");
            });
            yieldNow();
            throw new IllegalStateException("the test's own");
        }

        @LoopTest
        void callbackFails(EventLoop loop) {
            loop.callLater(ONE_HOUR, () -> {
                throw new IllegalStateException("lost");
            });
            sleep(ONE_HOUR.plusSeconds(1));
        }

        @LoopTest
        void leak() {
            createTask("leaky", () -> sleep(ONE_HOUR));
        }

        @LoopTest
        void leakInTheJdk() {
            createTask("leaky", () -> Thread.sleep(ONE_HOUR));
        }

        @LoopTest
        void backgroundTaskFailsWhenItIsCancelled() {
            background(createTask("server", () -> {
                try {
                    sleep(ONE_HOUR);
                } finally {
                    throwIo();
                }
            }));
        }

        static final CountDownLatch END_OF_CALL = new CountDownLatch(1);

        @LoopTest
        void leavesAnOffloadedCallRunning() {
            var elsewhere = Offloading.on(call -> new Thread(call, "elsewhere").start());
            Task<?> caller = createTask(
                    "caller", () -> offload(elsewhere.withOnCancel(OnCancel.ABANDON), () -> END_OF_CALL.await()));
            yieldNow();
            caller.cancelAndJoin("enough");
        }

        @LoopTest
        void interruptsAnOffloadedCall() throws InterruptedException {
            var begun = new CountDownLatch(1);
            Task<?> caller = createTask(
                    "caller",
                    () -> offload(() -> {
                        begun.countDown();
                        Thread.sleep(ONE_HOUR);
                    }));
            begun.await();
            caller.cancelAndJoin("enough");
        }

        @LoopTest
        void backgroundTaskAwaitsAnOffloadedCall() {
            background(createTask("server", () -> offload(() -> Thread.sleep(ONE_HOUR))));
            yieldNow();
        }

        private static void throwIo() throws IOException {
            throw new IOException("lost");
        }

        @LoopTest(timeoutMillis = 200)
        void waitsForever() {
            Task<?> stuck =
                    createTask("stuck", () -> EventLoop.current().createFuture().await());
            stuck.await();
        }

        @LoopTest(timeoutMillis = 200)
        void holdsTheClock() throws InterruptedException {
            createTask("sleeper", () -> sleep(ONE_HOUR));
            Thread.sleep(ONE_HOUR);
        }

        @LoopTest(timeoutMillis = 200)
        void leftOverTaskNeverParks() {
            createTask("restless", () -> {
                for (; ; ) {
                    yieldNow();
                }
            });
        }

        static volatile boolean released;

        @LoopTest(timeoutMillis = 200)
        void blocksTheLoop() {
            while (!released) {
                Thread.onSpinWait();
            }
        }

        @LoopTest
        void stopsTheLoop(EventLoop loop) {
            loop.stop();
            sleep(ONE_HOUR);
        }

        @LoopTest(time = Time.REAL)
        void realTimeHasNoVirtualClock(VirtualClock clock) {
            assertThat(clock).isNotNull();
        }
    }

    @Test
    void checkedExceptionComesThroughAsItIs() {
        assertThat(failureOf("checkedException"))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("lost");
    }

    @Test
    void assertionFailureComesThroughAsItIs() {
        assertThat(failureOf("assertion"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("[one]")
                .hasNoSuppressedExceptions();
    }

    @ParameterizedTest
    @ValueSource(strings = {"assumption", "assumptionInRandomOrder"})
    void failedAssumptionAborts(String method) {
        List<LaunchedTests.Ended> ended = LaunchedTests.of(FailingTests.class, method);

        assertThat(ended)
                .singleElement()
                .extracting(each -> each.result().getStatus())
                .isEqualTo(TestExecutionResult.Status.ABORTED);
    }

    @Test
    void timeoutOfJUnitGetsTheDumpToo() {
        Throwable failure = failureOf("exceedsTheTimeoutOfJUnit");

        assertThat(failure).isInstanceOf(TimeoutException.class);
        assertThat(failure.getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .startsWith("the thread that waits for the test was interrupted. Its tasks:")
                .contains("waits for LoopFuture[");
    }

    @Test
    void unobservedFailureFailsTheTest() {
        assertThat(failureOf("unobservedFailure"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("task 'bad' failed and nobody was waiting for it")
                .hasMessageContaining("(created at " + FailingTests.class.getName() + ".unobservedFailure(")
                .hasMessageContaining("IOException: lost")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void unobservedFailureOfAFailingTestIsSuppressed() {
        Throwable failure = failureOf("failureBesideAnUnobservedOne");

        assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessage("the test's own");
        assertThat(failure.getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .asString()
                .contains("task 'bad' failed");
    }

    @Test
    void failingCallbackFailsTheTest() {
        assertThat(failureOf("callbackFails", EventLoop.class))
                .hasMessageContaining("callback " + FailingTests.class.getName() + " failed")
                .hasMessageContaining("lost");
    }

    @Test
    void taskThatIsLeftOverFailsTheTest() {
        assertThat(failureOf("leak"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("tasks are left over at the end of the test")
                .hasMessageContaining("background(...)")
                .hasMessageContaining("task 'leaky' (created at " + FailingTests.class.getName() + ".leak(")
                .hasMessageContaining("waits for a sleep, due in 3600000 ms");
        assertThat(failureOf("leakInTheJdk"))
                .hasMessageContaining("task 'leaky'")
                .hasMessageContaining("waits for a blocking call in java.lang.Thread.sleep");
    }

    @Test
    @Feature("Leak detection: offloaded calls (pool idle)")
    void offloadedCallThatIsLeftRunningFailsTheTest() {
        try {
            assertThat(failureOf("leavesAnOffloadedCallRunning"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("offloaded calls still run PT2S after the end of the test.")
                    .hasMessageContaining("an offloaded call of " + FailingTests.class.getName()
                            + " for task 'caller' (offloaded at " + FailingTests.class.getName()
                            + ".lambda$leavesAnOffloadedCallRunning")
                    .hasMessageEndingWith(" in elsewhere, which nobody awaits");
        } finally {
            FailingTests.END_OF_CALL.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"interruptsAnOffloadedCall", "backgroundTaskAwaitsAnOffloadedCall"})
    void offloadedCallThatEndsWhenItIsInterruptedIsNoLeak(String method) {
        assertThat(LaunchedTests.of(FailingTests.class, method))
                .singleElement()
                .matches(LaunchedTests.Ended::isSuccessful, "successful");
    }

    @Test
    void failureOfABackgroundTaskFailsTheTest() {
        assertThat(failureOf("backgroundTaskFailsWhenItIsCancelled"))
                .hasMessageContaining("task 'server' failed")
                .hasMessageContaining("lost");
    }

    @Test
    void testThatHangsFailsWithADumpOfItsTasks() {
        Throwable failure = failureOf("waitsForever");

        assertThat(failure)
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("the test has not ended within PT0.2S of real time. Its tasks:")
                .hasMessageContaining("task 'main'")
                .hasMessageContaining("waits for task 'stuck'")
                .hasMessageContaining("task 'stuck' (created at " + FailingTests.class.getName() + ".waitsForever(")
                .hasMessageContaining("waits for LoopFuture[")
                .hasMessageContaining("        at io.gyre.loop.Completion.await(")
                .hasMessageEndingWith("The clock is at PT0S, held by nobody, and no timer is pending.");
        assertThat(failure.getStackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("await", "waitsForever");
    }

    @Test
    void dumpNamesWhoHoldsTheClock() {
        assertThat(failureOf("holdsTheClock"))
                .hasMessageContaining("task 'sleeper'")
                .hasMessageEndingWith("The clock is at PT0S, held by task 'main', parked in java.lang.Thread.sleep.");
    }

    @Test
    void leftOverTaskThatNeverParksIsFoundByTheTimeout() {
        assertThat(failureOf("leftOverTaskNeverParks"))
                .hasMessageContaining("task 'restless' (created at")
                .hasMessageContaining("is ready");
    }

    @Test
    void testThatBlocksTheLoopThreadFails() {
        FailingTests.released = false;
        try {
            assertThat(failureOf("blocksTheLoop"))
                    .hasMessageContaining("The loop thread does not answer")
                    .satisfies(failure -> assertThat(failure.getStackTrace())
                            .extracting(StackTraceElement::getMethodName)
                            .contains("blocksTheLoop"));
        } finally {
            FailingTests.released = true;
        }
    }

    @Test
    void testThatStopsItsLoopFails() {
        assertThat(failureOf("stopsTheLoop", EventLoop.class))
                .hasMessage("the loop was stopped before task 'main' was done");
    }

    @Test
    void realTimeOffersNoVirtualClock() {
        assertThat(failureOf("realTimeHasNoVirtualClock", VirtualClock.class))
                .hasMessageContaining("No ParameterResolver registered for parameter");
    }
}
