package io.gyre.loop;

import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future.State;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OffloadTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private static String fail() throws IOException {
        throw new FileNotFoundException("gone");
    }

    private static void failWithoutResult() throws IOException {
        fail();
    }

    @Test
    void callRunsInADaemonThreadOfTheLoopAndItsResultComesBack() {
        Task<Thread> task = driven.start(() -> offload(Thread::currentThread));

        driven.runUntil(task::isDone);

        assertThat(task.resultNow().getName()).isEqualTo("hand-driven-offload-1");
        assertThat(task.resultNow().isDaemon()).isTrue();
        assertThat(task.resultNow().isVirtual()).isFalse();
        driven.assertIdle();
    }

    @Test
    void callWithoutResultRuns() {
        var ran = new CountDownLatch(1);
        Task<?> task = driven.start(() -> offload(() -> ran.countDown()));

        driven.runUntil(task::isDone);

        assertThat(ran.getCount()).isZero();
    }

    /** As in a lock of the executor's queue, which a worker holds. */
    @Test
    void resultThatComesWhileTheExecutorParksTheTaskIsNotLost() {
        var accepted = new CompletableFuture<String>();
        Executor parking = call -> {
            call.run();
            accepted.join();
        };
        Task<String> task = driven.start(() -> offload(parking, () -> "result"));
        assertThat(task.isDone()).isFalse();

        accepted.complete("accepted");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("result");
    }

    @Test
    void checkedExceptionComesOutAsItIs() {
        Task<?> task = driven.start(() -> {
            try {
                offload(() -> fail());
            } catch (IOException e) {
                log.add("" + e);
            }
            try {
                offload(() -> failWithoutResult());
            } catch (IOException e) {
                log.add("" + e);
            }
        });

        driven.runUntil(task::isDone);

        assertThat(log).hasSize(2).containsOnly("java.io.FileNotFoundException: gone");
    }

    @Test
    void errorComesOutAsItIs() {
        var error = new AssertionError("boom");
        Task<?> task = driven.start(() -> assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> offload(() -> {
                    throw error;
                }))
                .isSameAs(error));

        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void executorOfTheCallerRunsTheCall() {
        var queue = new ArrayDeque<Runnable>();
        Task<String> value = driven.start(() -> offload(queue::add, () -> "value"));
        Task<?> nothing = driven.start(() -> offload(queue::add, () -> {
            log.add("ran");
        }));
        assertThat(queue).hasSize(2);
        assertThat(value.isDone()).isFalse();

        queue.forEach(Runnable::run);
        driven.settle();

        assertThat(value.resultNow()).isEqualTo("value");
        assertThat(nothing.isDone()).isTrue();
        assertThat(log).containsExactly("ran");
    }

    @Test
    void executorOfTheOptionsRunsTheCallAndIsNotShutDown() {
        var queue = new ArrayDeque<Runnable>();
        try (var own = new HandDrivenLoop(options -> options.withOffloadExecutor(queue::add))) {
            Task<String> task = own.start(() -> offload(() -> "value"));

            queue.remove().run();
            own.settle();

            assertThat(task.resultNow()).isEqualTo("value");
        }
    }

    @Test
    void executorThatRunsTheCallAtOnceIsFine() {
        Executor inline = Runnable::run;

        assertThat(driven.call(() -> offload(inline, () -> "value"))).isEqualTo("value");
    }

    @Test
    void callThatCancelsItsOwnTaskInlineStillDeliversItsValue() {
        Executor inline = Runnable::run;
        Task<String> task = driven.start(() -> offload(inline, () -> {
            Async.currentTask().cancel("by the call");
            return "value";
        }));

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void refusalOfTheExecutorComesOutAndLeavesNothingBehind() {
        Executor refusing = call -> {
            throw new RejectedExecutionException("full");
        };

        driven.run(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> offload(refusing, () -> "value"))
                .withMessage("full"));

        driven.assertIdle();
    }

    @Test
    void valueThatIsOnItsWayBeatsACancel() {
        var queue = new ArrayDeque<Runnable>();
        Task<String> task = driven.start(() -> offload(queue::add, () -> "value"));
        queue.remove().run();

        task.cancel("too late");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void callThatHasNotBegunWhenItIsCancelledNeverRuns() {
        var queue = new ArrayDeque<Runnable>();
        Task<?> task = driven.start(() -> offload(queue::add, () -> {
            log.add("never");
        }));

        task.cancel("enough");
        driven.settle();
        queue.remove().run();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).isEmpty();
    }

    @Test
    void failureOfACallThatWasCancelledIsReported() throws Exception {
        var begun = new CountDownLatch(1);
        Task<?> task = loop.createTask(
                "waiter",
                () -> offload(() -> {
                    begun.countDown();
                    return failWhenInterrupted();
                }));
        driven.settle();
        begun.await();

        task.cancel("enough");
        var failures = new ArrayList<Failure>();
        driven.runUntil(() -> {
            failures.addAll(driven.takeFailures());
            return !failures.isEmpty();
        });

        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.what()).contains("failed after its caller task 'waiter' was cancelled");
            assertThat(failure.exception()).hasMessage("late");
        });
    }

    private static String failWhenInterrupted() {
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException e) {
            throw new IllegalStateException("late"); // of its own: it does not say that it was interrupted
        }
    }

    static Stream<Function<InterruptedException, Throwable>> formsOfBeingBrokenOff() {
        return Stream.of(
                interrupt -> interrupt,
                interrupt -> new IllegalStateException("wrapped", interrupt),
                interrupt -> new InterruptedIOException(),
                interrupt -> new UncheckedIOException(new ClosedByInterruptException()),
                interrupt -> new CancellationException("as it was told"),
                interrupt -> new CompletionException(new CancellationException()));
    }

    @ParameterizedTest
    @MethodSource("formsOfBeingBrokenOff")
    void callThatSaysThatItWasBrokenOffHasNotFailed(Function<InterruptedException, Throwable> form) throws Exception {
        var begun = new CountDownLatch(1);
        Task<?> task = loop.createTask(() -> offload(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throwAsIs(form.apply(e));
            }
        }));
        driven.settle();
        begun.await();

        task.cancel("enough");
        loop.close();

        assertThat(driven.takeFailures()).isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void throwAsIs(Throwable failure) throws X {
        throw (X) failure;
    }

    /** The worker answers the cancel only when the last task has ended. */
    @Test
    void failureOfACallWhileTheLoopClosesIsReported() throws Exception {
        var begun = new CountDownLatch(1);
        loop.createTask("waiter", () -> {
            Task<?> waiter = Async.currentTask();
            return offload(() -> {
                begun.countDown();
                OtherThread.spinUntil(waiter::isDone);
                throw new IllegalStateException("late");
            });
        });
        driven.settle();
        begun.await();

        loop.close();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("late"));
    }

    @Test
    void failureOfACallThatOutlivesItsLoopIsReported() {
        var failures = new CopyOnWriteArrayList<Failure>();
        var queue = new ArrayDeque<Runnable>();
        var own = new HandDrivenLoop(options -> options.withFailureHandler(failures::add));
        own.start(() -> offload(call -> queue.add(() -> Thread.ofPlatform().start(call)), () -> failWhenReleased()));
        queue.remove().run();
        inCall.acquireUninterruptibly();
        own.close();
        assertThat(failures).isEmpty();

        release.countDown();
        OtherThread.spinUntil(() -> !failures.isEmpty());

        assertThat(failures.getFirst().exception()).hasMessage("after the end");
    }

    private final java.util.concurrent.Semaphore inCall = new java.util.concurrent.Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);

    private String failWhenReleased() {
        inCall.release();
        OtherThread.spinUntil(() -> release.getCount() == 0);
        throw new IllegalStateException("after the end");
    }

    @Test
    void closingWithAStuckCallIsReportedAndDoesNotHang() throws Exception {
        var begun = new CountDownLatch(1);
        var unstuck = new CountDownLatch(1);
        var failures = new CopyOnWriteArrayList<Failure>();
        var own = new HandDrivenLoop(
                options -> options.withFailureHandler(failures::add).withCloseTimeout(Duration.ofMillis(50)));
        own.start(() -> offload(() -> {
            begun.countDown();
            OtherThread.spinUntil(() -> unstuck.getCount() == 0);
        }));
        begun.await();

        own.close();

        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.what())
                    .startsWith("an offloaded call of " + getClass().getName() + " for task-")
                    .containsPattern("has run for \\d+ ms and has not ended within PT0.05S of closing")
                    .contains("daemon thread hand-driven-offload-1");
            assertThat(failure.exception().getStackTrace()).as("where it is").anyMatch(frame -> frame.getMethodName()
                    .equals("spinUntil"));
        });
        unstuck.countDown();
    }

    @Test
    void interruptWhileClosingEndsTheWaitForAStuckCall() throws Exception {
        var begun = new CountDownLatch(1);
        var unstuck = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var failures = new CopyOnWriteArrayList<Failure>();
        var own = new HandDrivenLoop(options -> options.withFailureHandler(failures::add));
        Thread closer = Thread.currentThread();
        own.start(() -> {
            Task<?> waiter = Async.currentTask();
            offload(() -> {
                begun.countDown();
                while (unstuck.getCount() > 0) {
                    if (waiter.isDone()) {
                        closer.interrupt();
                    }
                }
                ended.countDown();
            });
        });
        begun.await();

        own.close();

        unstuck.countDown();
        OtherThread.spinUntil(() -> ended.getCount() == 0); // its last interrupt must not reach the next test
        assertThat(failures).hasSize(1);
        assertThat(own.loop.isClosed()).isTrue();
        Thread.interrupted();
    }

    @Test
    void waitingTaskNamesTheCall() {
        var queue = new ArrayDeque<Runnable>();
        Task<?> value = driven.start(() -> offload(queue::add, () -> "value"));
        Task<?> nothing = driven.start(() -> offload(queue::add, () -> {}));

        assertThat(value.waitsFor())
                .isEqualTo("an offloaded call of " + getClass().getName() + ", not begun");
        assertThat(nothing.waitsFor())
                .isEqualTo("an offloaded call of " + getClass().getName() + ", not begun");
        queue.forEach(Runnable::run);
        driven.settle();
    }

    // ---- executors with virtual threads

    @Test
    void virtualThreadOfAnExecutorIsNotOnTheLoop() {
        try (var executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("offloaded-", 1).factory())) {
            Task<Boolean> onLoop = driven.start(() -> offload(executor, () -> {
                log.add(Thread.currentThread().getName());
                return loop.inLoop();
            }));

            driven.runUntil(onLoop::isDone);

            assertThat(onLoop.resultNow()).as("on the loop").isFalse();
            assertThat(log)
                    .singleElement()
                    .asString()
                    .as("a thread of the executor")
                    .startsWith("offloaded-");
        }
    }

    @Test
    void virtualThreadsThatATaskHasStartedForGoodAreRefused() {
        try (var executor = Executors.newFixedThreadPool(1, Thread.ofVirtual().factory())) {
            Task<?> task = driven.start(() -> assertThatIllegalStateException()
                    .isThrownBy(() -> offload(executor, () -> log.add("never")))
                    .withMessageContaining("LowLevel.jdkThreadFactory()"));

            driven.runUntil(task::isDone);

            assertThat(task.state()).isEqualTo(State.SUCCESS);
            executor.shutdownNow();
            driven.settle();
        }
        assertThat(log).isEmpty();
    }

    @Test
    void executorThatRefusesTheSecondTimeFailsTheCall() {
        var calls = new AtomicInteger();
        Executor once = call -> {
            if (calls.incrementAndGet() > 1) {
                throw new RejectedExecutionException("shut down meanwhile");
            }
            Thread.startVirtualThread(call);
        };
        Task<?> task = driven.start(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> offload(once, () -> "never"))
                .withMessage("shut down meanwhile"));

        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }
}
