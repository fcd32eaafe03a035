package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopCloseTest {
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final EventLoop loop = create(Duration.ofSeconds(8));

    private EventLoop create(Duration closeTimeout) {
        return EventLoop.create(LoopOptions.defaults()
                .withName("closing")
                .withFailureHandler(failures::add)
                .withCloseTimeout(closeTimeout));
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private Callable<String> sleepsAndCleansUp(String name) {
        return () -> {
            try {
                sleep(Duration.ofDays(1));
                return name;
            } finally {
                log.add(name + " cleaned up");
            }
        };
    }

    @Test
    void closeCancelsAndAwaitsAllTasks() {
        Task<String> first = loop.createTask(sleepsAndCleansUp("first"));
        Task<String> second = loop.createTask(sleepsAndCleansUp("second"));
        loop.runOnce(Duration.ZERO);

        loop.close();

        assertThat(log).containsExactly("first cleaned up", "second cleaned up");
        assertThat(List.of(first.state(), second.state())).containsOnly(Future.State.CANCELLED);
        assertThat(failures).isEmpty();
    }

    @Test
    void closeEntersTheBodyOfATaskThatHasNotBegun() {
        loop.createTask(sleepsAndCleansUp("unbegun"));

        loop.close();

        assertThat(log).containsExactly("unbegun cleaned up");
    }

    @Test
    void closeTwiceIsCloseOnce() {
        loop.close();

        assertThatCode(loop::close).doesNotThrowAnyException();
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void taskThatIsCreatedWhileTheLoopClosesIsCancelledToo() {
        loop.createTask(() -> {
            try {
                sleep(Duration.ofDays(1));
            } finally {
                createTask(sleepsAndCleansUp("late"));
            }
            return "";
        });
        loop.runOnce(Duration.ZERO);

        loop.close();

        assertThat(log).containsExactly("late cleaned up");
    }

    @Test
    void doneCallbackOfTheLastTaskStillRuns() {
        loop.createTask(sleepsAndCleansUp("task")).whenDone(task -> log.add("" + task.state()));

        loop.close();

        assertThat(log).containsExactly("task cleaned up", "CANCELLED");
    }

    @Test
    void failureWhileClosingIsReported() {
        loop.createTask(() -> {
            try {
                sleep(Duration.ofDays(1));
            } finally {
                throwIt();
            }
            return "";
        });
        loop.runOnce(Duration.ZERO);

        loop.close();

        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("cleaning up failed"));
    }

    private static void throwIt() {
        throw new IllegalStateException("cleaning up failed");
    }

    @Test
    void closeFromInsideIsRejected() {
        assertThatIllegalStateException()
                .isThrownBy(() -> loop.runUntilComplete(() -> {
                    loop.close();
                    return "";
                }))
                .withMessageContaining("close needs a platform thread");
        assertThat(loop.isClosed()).isFalse();
    }

    @Test
    void closeOfALoopThatAnotherThreadDrivesIsRejected() throws InterruptedException {
        var running = new CountDownLatch(1);
        loop.callSoon(running::countDown);
        Thread driver = Thread.ofPlatform().start(loop::runForever);
        running.await();

        assertThatIllegalStateException().isThrownBy(loop::close).withMessageContaining("already running");

        loop.stop();
        driver.join();
    }

    @Test
    void interruptWhileClosingIsKeptAndDoesNotCutTheCleanUpShort() {
        loop.createTask(sleepsAndCleansUp("task"));
        loop.runOnce(Duration.ZERO);
        Thread.currentThread().interrupt();

        loop.close();

        assertThat(log).containsExactly("task cleaned up");
        assertThat(loop.isClosed()).isTrue();
        Thread.interrupted();
    }

    @Test
    @Feature("Tasks that ignore cancellation are reported at close")
    void taskThatIgnoresCancellationIsReportedWithItsStackAndGoesOnElsewhere() throws Exception {
        EventLoop impatient = create(Duration.ofMillis(50));
        var release = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Task<String> stubborn = impatient.createTask("stubborn", () -> {
            try {
                OtherThread.awaitUninterruptibly(release);
                return "ended elsewhere";
            } finally {
                log.add("cleaned up by the JDK's scheduler");
                ended.countDown();
            }
        });
        impatient.runOnce(Duration.ZERO);

        impatient.close();
        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.message())
                    .contains("task 'stubborn' was cancelled and has not ended within PT0.05S")
                    .contains("EventLoopCloseTest.java");
            assertThat(failure.source()).isEqualTo("stubborn");
            assertThat(failure.exception().getStackTrace())
                    .extracting(StackTraceElement::getMethodName)
                    .contains("awaitUninterruptibly");
        });
        release.countDown();
        ended.await();

        assertThat(log).containsExactly("cleaned up by the JDK's scheduler");
        assertThat(stubborn.name()).isEqualTo("stubborn");
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // on a loop, it lets the others run
    void taskThatSpinsIsGivenUpAfterTheTimeOut() throws Exception {
        EventLoop impatient = create(Duration.ofMillis(50));
        var ended = new CountDownLatch(1);
        impatient.createTask("spinner", () -> {
            while (!impatient.isClosed()) {
                Thread.yield();
            }
            ended.countDown();
            return "";
        });

        impatient.close();
        ended.await();

        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.what())
                .contains("task 'spinner'"));
    }

    @Test
    void survivorGetsLoopClosedExceptionFromCallsOfTheLoop() throws Exception {
        EventLoop impatient = create(Duration.ZERO);
        var release = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        impatient.createTask(() -> {
            OtherThread.awaitUninterruptibly(release);
            try {
                sleep(Duration.ZERO);
            } catch (LoopClosedException e) {
                log.add(String.valueOf(e.getMessage()));
            }
            ended.countDown();
            return "";
        });

        impatient.close();
        release.countDown();
        ended.await();

        assertThat(log).singleElement().satisfies(message -> assertThat(message)
                .contains("EventLoop[closing] is closed"));
    }

    @Test
    void failureOfASurvivorIsReported() throws Exception {
        EventLoop impatient = create(Duration.ZERO);
        var release = new CountDownLatch(1);
        Task<?> survivor = impatient.createTask(() -> {
            OtherThread.awaitUninterruptibly(release);
            throw new IllegalStateException("late");
        });
        impatient.close();
        failures.clear();

        release.countDown();
        OtherThread.spinUntil(() -> !failures.isEmpty());

        assertThat(failures.getFirst().exception()).hasMessage("late");
        assertThat(survivor.state()).isEqualTo(Future.State.FAILED);
    }

    @Test
    void everyMethodOfAClosedLoopSaysThatItIsClosed() throws Exception {
        LoopFuture<String> future = loop.createFuture();
        Task<String> task = loop.createTask(sleepsAndCleansUp("task"));
        TimerHandle timer = loop.callLater(Duration.ofDays(1), () -> {});
        loop.close();

        List<ThrowingCallable> calls = List.of(
                () -> loop.createTask(() -> ""),
                () -> loop.createTask("name", () -> ""),
                loop::createFuture,
                () -> loop.callSoon(() -> {}),
                () -> loop.callLater(Duration.ZERO, () -> {}),
                () -> loop.callAt(0, () -> {}),
                () -> loop.callSoonThreadsafe(() -> {}),
                () -> loop.execute(() -> {}),
                loop::tasks,
                loop::statistics,
                () -> loop.runOnce(Duration.ZERO),
                () -> loop.runUntilComplete(() -> ""),
                loop::runForever,
                timer::cancel,
                task::waitsFor,
                () -> task.whenDone(done -> {}),
                task::toCompletionStage,
                () -> future.setResult(""),
                () -> future.setException(new IllegalStateException()),
                future::get,
                () -> LowLevel.unpark(task));

        assertThat(calls).allSatisfy(call -> assertThatExceptionOfType(LoopClosedException.class)
                .isThrownBy(call)
                .withMessageContaining("EventLoop[closing] is closed. Keep the loop open"));
        assertThat(future.cancel(true)).isFalse();
        assertThat(task.cancel("late")).isFalse();
        assertThatCode(loop::stop).doesNotThrowAnyException();
        assertThat(loop.inLoop()).isFalse();
    }

    @Test
    void closeReleasesItsChannelsAndLeavesThemOpen() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        loop.runUntilComplete(() -> {
            LowLevel.addReader(pipe.source(), () -> {});
            return "";
        });

        loop.close();

        assertThat(pipe.source().isOpen()).isTrue();
        assertThat(pipe.source().isRegistered()).isFalse();
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void callbackThatHasNotBegunIsDropped() {
        var dropped = new ArrayList<String>();
        loop.callLater(Duration.ofDays(1), () -> dropped.add("timer"));

        loop.close();

        assertThat(dropped).isEmpty();
    }

    // ---- survivors that wait in a call of ours

    /** Closes a loop while a task waits, and checks that this is told. */
    private void assertSurvivorIsTold(Duration closeTimeout, VoidBody<?> body) throws InterruptedException {
        EventLoop impatient = create(closeTimeout);
        var told = new CountDownLatch(1);
        impatient.createTask("survivor", () -> {
            try {
                body.run();
            } catch (LoopClosedException e) {
                log.add(e.getMessage());
                throw e;
            } finally {
                told.countDown();
            }
        });
        impatient.runOnce(Duration.ZERO);
        impatient.runOnce(Duration.ZERO);

        impatient.close();
        told.await();

        assertThat(log).singleElement().asString().contains("task 'survivor' waits for ", "is closed");
    }

    @Test
    void survivorThatWaitsInAShieldIsToldThatTheLoopIsClosed() throws Exception {
        assertSurvivorIsTold(Duration.ZERO, () -> shield(ONE_DAY, () -> sleep(ONE_DAY)));

        assertThat(failures).as("reported once").extracting(Failure::source).containsExactly("survivor");
    }

    @Test
    void survivorThatWaitsForAnOffloadedCallIsToldThatTheLoopIsClosed() throws Exception {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Executor executor = call -> {
            OtherThread.run(call::run);
            OtherThread.spinUntil(() -> begun.getCount() == 0);
        };

        assertSurvivorIsTold(
                Duration.ZERO,
                () -> offload(Offloading.on(executor).withOnCancel(OnCancel.WAIT), () -> {
                    begun.countDown();
                    release.await();
                }));

        release.countDown();
        assertThat(failures).as("reported once").extracting(Failure::source).containsExactly("survivor");
    }

    @Test
    void survivorThatWaitsForTheTasksOfItsGroupIsToldThatTheLoopIsClosed() throws Exception {
        var release = new CountDownLatch(1);
        var childEnded = new CountDownLatch(1);

        assertSurvivorIsTold(
                Duration.ZERO,
                () -> TaskGroup.run(group -> group.createTask("stubborn", () -> {
                    OtherThread.awaitUninterruptibly(release);
                    childEnded.countDown();
                })));

        release.countDown();
        childEnded.await();
        assertThat(failures).extracting(Failure::source).containsExactly("survivor", "stubborn");
    }

    @Test
    void survivorOfAGroupKeepsItsOwnFailure() throws Exception {
        var release = new CountDownLatch(1);
        EventLoop impatient = create(Duration.ZERO);
        impatient.createTask(
                "survivor",
                () -> TaskGroup.run(group -> {
                    OtherThread.awaitUninterruptibly(release);
                    throw new IllegalStateException("late");
                }));
        impatient.runOnce(Duration.ZERO);
        impatient.close();
        failures.clear();

        release.countDown();
        OtherThread.spinUntil(() -> !failures.isEmpty());

        assertThat(failures.getFirst().exception()).hasMessage("late");
    }

    @Test
    void callbackThatOutlivesTheLoopIsToldThatItIsClosed() throws Exception {
        EventLoop impatient = create(Duration.ZERO);
        var ended = new CountDownLatch(1);
        impatient.callSoon(() -> {
            try {
                shield(ONE_DAY, () -> sleep(ONE_DAY));
            } catch (LoopClosedException e) {
                log.add("told");
                throw e;
            } finally {
                ended.countDown();
            }
        });
        impatient.runOnce(Duration.ZERO);

        impatient.close();
        ended.await();

        assertThat(log).containsExactly("told");
        assertThat(failures).as("reported once, as a survivor").hasSize(1);
    }
}
