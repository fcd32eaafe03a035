package io.gyre.loop;

import static io.gyre.loop.Async.checkCancelled;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.isCancelPending;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.OtherThread.spinUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.process.ProcessPool;
import io.gyre.loop.process.ProcessPoolOptions;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An offloaded call asks whether it is still wanted. */
class OffloadedCodeTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);

    private Offloading queued(OnCancel onCancel) {
        return Offloading.on(queue::add).withOnCancel(onCancel);
    }

    /** Runs the queued call on a thread of its own, until the call has begun. */
    private FutureTask<?> begin() throws InterruptedException {
        FutureTask<?> thread = OtherThread.run(queue.remove()::run);
        begun.await();
        return thread;
    }

    private Task<?> startCaller(VoidBody<?> body) {
        Task<?> task = driven.loop.createTask("caller", body);
        driven.settle();
        return task;
    }

    private String untilNotWanted() {
        begun.countDown();
        spinUntil(Async::isCancelPending);
        log.add("not wanted");
        checkCancelled();
        return "never";
    }

    private String partialResult() {
        begun.countDown();
        spinUntil(Async::isCancelPending);
        return "what it had so far";
    }

    @ParameterizedTest
    @EnumSource
    void callLearnsOfTheCancellationAndEndsUnderEachPolicy(OnCancel onCancel) throws Exception {
        Task<?> task = startCaller(() -> offload(queued(onCancel), this::untilNotWanted));
        FutureTask<?> thread = begin();

        task.cancel("enough");
        driven.runUntil(task::isDone);
        thread.get();
        driven.settle();

        assertThat(task.state()).isEqualTo(State.CANCELLED);
        assertThat(log).containsExactly("not wanted");
        assertThat(driven.takeFailures()).isEmpty();
        driven.assertIdle();
    }

    @Test
    void messageNamesTheCallTheTaskAndTheReason() throws Exception {
        Task<?> task = startCaller(() -> offload(queued(OnCancel.WAIT), () -> {
            begun.countDown();
            spinUntil(Async::isCancelPending);
            assertThatExceptionOfType(CancelledException.class)
                    .isThrownBy(Async::checkCancelled)
                    .withMessageMatching(
                            "an offloaded call of .*OffloadedCodeTest is not wanted any more: task 'caller' was cancelled: enough");
            log.add("asked");
        }));
        begin();

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("asked");
    }

    @Test
    void cancellationThatTheCallThrowsIsRaisedInTheTaskWithBothStacks() throws Exception {
        Task<?> task = startCaller(() -> assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> offload(queued(OnCancel.WAIT), this::untilNotWanted))
                .withMessage("task 'caller' was cancelled: enough")
                .havingCause()
                .isInstanceOf(CancelledException.class)
                .withMessageContaining("is not wanted any more"));
        begin();

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void partialResultIsDeliveredToATaskThatWaits() throws Exception {
        Task<?> task = driven.start(() -> {
            log.add(offload(queued(OnCancel.WAIT), this::partialResult));
            yieldNow();
            log.add("never");
        });
        begin();

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("what it had so far");
    }

    @Test
    void timeoutIsACancellationToo() throws Exception {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> offload(queued(OnCancel.WAIT), this::untilNotWanted))));
        begin();

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        assertThat(log).containsExactly("not wanted");
    }

    @Test
    void callThatIsToldOfATimeoutEndsAsTheCancellationThatCameLater() throws Exception {
        var goOn = new CountDownLatch(1);
        Task<?> task = driven.start(() -> timeout(
                ONE_SECOND,
                () -> offload(queued(OnCancel.WAIT), () -> {
                    begun.countDown();
                    spinUntil(Async::isCancelPending);
                    try {
                        checkCancelled();
                    } finally {
                        log.add("told");
                        goOn.await();
                    }
                    return "never";
                })));
        begin();
        driven.ticker.advance(ONE_SECOND);
        driven.settle();
        spinUntil(() -> log.contains("told"));

        task.cancel("enough");
        driven.settle();
        goOn.countDown();
        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void callOfATaskThatIsNotCancelledIsWanted() {
        Task<String> task = driven.start(() -> offload(queued(OnCancel.WAIT), () -> {
            checkCancelled();
            return "pending: " + isCancelPending();
        }));

        queue.remove().run();
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("pending: false");
    }

    @Test
    void abandonedCallThatBeginsLaterIsNotWantedFromTheStart() {
        Task<?> task = driven.start(() -> offload(queued(OnCancel.ABANDON), () -> log.add("" + isCancelPending())));

        task.cancel("enough");
        driven.settle();
        queue.remove().run();

        assertThat(log).containsExactly("true");
    }

    @Test
    void nextCallOfTheSameThreadIsWanted() throws Exception {
        Task<?> task = driven.start(() -> offload(queued(OnCancel.ABANDON), this::untilNotWanted));
        FutureTask<?> cancelled = begin();
        task.cancel("enough");
        driven.settle();
        cancelled.get();
        driven.start(() -> offload(queued(OnCancel.ABANDON), () -> log.add("" + isCancelPending())));

        OtherThread.run(() -> {
                    queue.remove().run();
                    assertThatIllegalStateException().isThrownBy(Async::isCancelPending);
                })
                .get();

        assertThat(log).containsExactly("not wanted", "false");
    }

    @Test
    void threadThatACallHasStartedIsRefused() {
        driven.start(() -> offload(queued(OnCancel.WAIT), () -> {
            FutureTask<?> other = OtherThread.run(Async::checkCancelled);
            spinUntil(other::isDone);
            log.add(other.exceptionNow().getClass().getSimpleName());
        }));

        queue.remove().run();

        assertThat(log).containsExactly("IllegalStateException");
    }

    @Test
    void callThatATaskRunsItselfAsksAsTheTask() {
        Task<?> task = driven.start(() -> offload(Runnable::run, () -> {
            Async.currentTask().cancel("by itself");
            log.add("" + isCancelPending());
            checkCancelled();
        }));
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("true");
    }

    @Test
    void taskOfALoopInsideACallAsksForItself() throws Exception {
        Task<?> task = driven.start(() -> offload(queued(OnCancel.WAIT), () -> {
            begun.countDown();
            spinUntil(Async::isCancelPending);
            log.add("inner: "
                    + EventLoop.<Boolean, RuntimeException>run(() -> {
                        Task<Boolean> inner = createTask(() -> isCancelPending());
                        return inner.await();
                    }));
        }));
        begin();

        task.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("inner: false");
    }

    @Test
    void callThatTheClosingLoopAbandonsIsNotWanted() throws Exception {
        driven.start(() -> offload(queued(OnCancel.ABANDON), this::untilNotWanted));
        FutureTask<?> thread = begin();

        driven.close();

        thread.get();
        assertThat(log).containsExactly("not wanted");
    }

    @Test
    void callInAChildJvmMayAskAndIsWanted() {
        try (var pool = new ProcessPool(ProcessPoolOptions.defaults().withSize(1))) {
            Task<String> task = driven.start(() -> offload(pool, () -> {
                checkCancelled();
                return "pending: " + isCancelPending();
            }));
            driven.runUntil(task::isDone);

            assertThat(task.resultNow()).isEqualTo("pending: false");
        }
    }
}
