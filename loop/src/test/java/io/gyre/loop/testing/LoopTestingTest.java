package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.assertOffloadIdle;
import static io.gyre.loop.testing.LoopTesting.assertSuspends;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest.Time;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoopTestingTest {
    private static Task<@Nullable Void> yielding(int times) {
        return createTask(() -> {
            for (int i = 0; i < times; i++) {
                yieldNow();
            }
        });
    }

    @LoopTest
    void awaitAllTasksParkedReturnsWhenNobodyCanRun(VirtualClock clock) {
        Task<?> yielding = yielding(10);
        Task<?> sleeper = createTask(() -> sleep(ONE_SECOND));
        Task<?> waiter = createTask(() -> {
            yielding.await();
            yieldNow();
            EventLoop.current().createFuture().await();
        });

        awaitAllTasksParked();

        assertThat(yielding.isDone()).isTrue();
        assertThat(waiter.waitsFor()).startsWith("LoopFuture");
        assertThat(sleeper.isDone()).as("the clock has not jumped").isFalse();
        assertThat(clock.elapsed()).isZero();
        sleeper.await();
        waiter.cancel("the end");
        awaitAllTasksParked();
    }

    @LoopTest(time = Time.REAL)
    void awaitAllTasksParkedWorksOnTheRealClock() {
        Task<?> yielding = yielding(10);
        Task<?> sleeper = createTask(() -> sleep(Duration.ofDays(1)));

        awaitAllTasksParked();

        assertThat(yielding.isDone()).isTrue();
        sleeper.cancel("the end");
        awaitAllTasksParked();
        assertThat(sleeper.isCancelled()).isTrue();
        sleep(Duration.ofMillis(1));
    }

    @LoopTest
    void awaitAllTasksParkedLooksForReadinessFirst() throws IOException {
        Pipe pipe = Pipe.open();
        try (var source = pipe.source();
                var sink = pipe.sink()) {
            source.configureBlocking(false);
            Task<?> reader = createTask(() -> LowLevel.awaitReadable(source));
            awaitAllTasksParked();
            assertThat(reader.isDone()).isFalse();
            sink.write(ByteBuffer.allocate(1));

            awaitAllTasksParked();

            assertThat(reader.isDone()).isTrue();
        }
    }

    @LoopTest
    void allWhoAwaitThatAreWokenTogether() {
        Task<?> first = createTask(LoopTesting::awaitAllTasksParked);
        Task<?> second = createTask(LoopTesting::awaitAllTasksParked);
        Task<?> yielding = yielding(10);

        awaitAllTasksParked();

        assertThat(yielding.isDone()).isTrue();
        first.await();
        second.await();
    }

    @LoopTest
    void cancelEndsAwaitAllTasksParked() {
        Task<?> waiter = createTask(LoopTesting::awaitAllTasksParked);
        yieldNow();
        assertThat(waiter.waitsFor()).isEqualTo("all other tasks to be parked");
        waiter.cancel("not needed");

        awaitAllTasksParked();

        assertThat(waiter.isCancelled()).isTrue();
    }

    @Test
    void awaitAllTasksParkedNeedsAClockOfTests() {
        assertThatIllegalStateException()
                .isThrownBy(() -> EventLoop.run(LoopTesting::awaitAllTasksParked))
                .withMessageContaining("needs a clock of tests")
                .withMessageContaining("@LoopTest");
    }

    @LoopTest
    void assertSuspendsPassesTheResultOn() {
        assertThat(assertSuspends(() -> {
                    yieldNow();
                    return 42;
                }))
                .isEqualTo(42);
        assertSuspends(() -> sleep(ONE_SECOND));
    }

    @LoopTest
    void assertSuspendsFailsWhenTheCallDoesNot() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertSuspends(() -> currentTask().name()))
                .withMessageMatching(
                        "expected a body that suspends, but task .* ran to its end without giving up the loop: .*");
    }

    @LoopTest
    void assertDoesNotSuspendPassesTheResultOn() {
        assertThat(assertDoesNotSuspend(() -> 42)).isEqualTo(42);
        assertDoesNotSuspend(() -> {});
    }

    @LoopTest
    void assertDoesNotSuspendFailsWhenTheCallDoes() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertDoesNotSuspend(() -> yieldNow()))
                .withMessageStartingWith("expected a body that does not suspend, but it does: Async.yieldNow in task")
                .havingCause()
                .satisfies(cause -> assertThat(cause.getStackTrace())
                        .as("its line")
                        .anyMatch(frame -> frame.getClassName().equals(LoopTestingTest.class.getName())));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertDoesNotSuspend(() -> Thread.sleep(1)))
                .withMessageContaining("has suspended in");
    }

    @LoopTest
    void checkedExceptionsComeThrough() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> assertSuspends(() -> {
                    throw new IOException("lost");
                }));
    }

    @LoopTest
    void assertOffloadIdleNamesTheCallsThatHaveNotEnded() {
        var end = new CountDownLatch(1);
        Task<?> caller = createTask("caller", () -> offload(() -> end.await()));
        yieldNow();

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertOffloadIdle())
                .withMessageStartingWith(
                        "expected that no offloaded call runs any more, but there are:\n" + "    an offloaded call of "
                                + LoopTestingTest.class.getName() + " for task 'caller' (offloaded at ");

        end.countDown();
        caller.await();
        assertOffloadIdle();
    }

    @LoopTest
    void assertOffloadIdleWaitsForTheEndOfACallThatWasInterrupted(EventLoop loop) throws InterruptedException {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        Task<?> caller = createTask(() -> offload(() -> {
            try {
                begun.countDown();
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                end.await();
            }
        }));
        begun.await();
        caller.cancelAndJoin("enough");
        createTask(() -> {
            interrupted.await();
            end.countDown();
        });

        assertOffloadIdle();

        assertThat(loop.offloadedCalls()).isEmpty();
        assertThat(interrupted.getCount()).isZero();
    }
}
