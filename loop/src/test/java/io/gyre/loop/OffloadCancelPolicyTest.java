package io.gyre.loop;

import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@link Offloading} adds to an offloaded call: a policy for cancelled tasks, and a limit. */
class OffloadCancelPolicyTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();

    private Offloading queued(OnCancel onCancel) {
        return Offloading.on(queue::add).withOnCancel(onCancel);
    }

    /** A call that has begun, and ends when the test lets it. */
    private static final class HeldCall {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private boolean interrupted;

        /** Runs a queued call on a thread of its own until it is held. */
        FutureTask<?> begin(Runnable call) throws InterruptedException {
            FutureTask<?> thread = OtherThread.run(call::run);
            begun.await();
            return thread;
        }

        String run() {
            begun.countDown();
            while (released.getCount() > 0) {
                Thread.onSpinWait();
            }
            interrupted = Thread.interrupted();
            return "value";
        }

        String fail() {
            throw new IllegalStateException("after " + run());
        }
    }

    @Test
    void waitDeliversTheResultAndRaisesAtTheNextCheckpoint() throws Exception {
        var call = new HeldCall();
        Task<?> task = driven.start(() -> {
            log.add(offload(queued(OnCancel.WAIT), call::run));
            Async.yieldNow();
            log.add("never");
        });
        FutureTask<?> thread = call.begin(queue.remove());

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        call.released.countDown();
        driven.runUntil(task::isDone);

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("value");
        thread.get();
        assertThat(call.interrupted).isFalse();
    }

    @Test
    void waitDeliversTheFailure() throws Exception {
        var call = new HeldCall();
        Task<?> task = driven.start(() -> assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> offload(queued(OnCancel.WAIT), () -> call.fail()))
                .withMessage("after value"));
        call.begin(queue.remove());

        task.cancel("enough");
        call.released.countDown();
        driven.runUntil(task::isDone);

        assertThat(task.state()).isEqualTo(FutureTask.State.SUCCESS);
    }

    @Test
    void waitTakesACallBackThatHasNotBegun() {
        Task<?> task = driven.start(() -> offload(queued(OnCancel.WAIT), () -> log.add("never")));

        task.cancel("enough");
        driven.settle();
        queue.remove().run();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).isEmpty();
    }

    @Test
    void interruptEndsTheWaitAtOnce() throws Exception {
        var call = new HeldCall();
        Task<?> task = driven.start(() -> offload(queued(OnCancel.INTERRUPT), call::run));
        FutureTask<?> thread = call.begin(queue.remove());

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        call.released.countDown();
        thread.get();
        assertThat(call.interrupted).isTrue();
        driven.assertIdle();
    }

    @Test
    void abandonLeavesTheCallAloneAndDropsItsFailure() throws Exception {
        var call = new HeldCall();
        Task<?> task = driven.start(() -> offload(queued(OnCancel.ABANDON), () -> call.fail()));
        FutureTask<?> thread = call.begin(queue.remove());

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        call.released.countDown();
        thread.get();
        assertThat(call.interrupted).isFalse();
        driven.settle();
        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void resultThatIsOnItsWayBeatsACancelUnderEachPolicy() {
        for (OnCancel onCancel : OnCancel.values()) {
            Task<String> task = driven.start(() -> offload(queued(onCancel), () -> "value"));
            queue.remove().run();

            task.cancel("too late");
            driven.settle();

            assertThat(task.resultNow()).isEqualTo("value");
        }
    }

    @Test
    void callsBeyondTheLimitWaitForAPlace() {
        Offloading single = queued(OnCancel.INTERRUPT).withLimit(1);
        Task<String> first = driven.start(() -> offload(single, () -> "first"));
        Task<String> second = driven.start(() -> offload(single, () -> "second"));
        assertThat(queue).hasSize(1);
        assertThat(second.waitsFor()).startsWith("a free place for an offloaded call of");

        queue.remove().run();
        driven.settle();
        queue.remove().run();
        driven.settle();

        assertThat(first.resultNow()).isEqualTo("first");
        assertThat(second.resultNow()).isEqualTo("second");
    }

    @Test
    void cancelWhileWaitingForAPlaceTakesNone() {
        Offloading single = queued(OnCancel.WAIT).withLimit(1);
        driven.start(() -> offload(single, () -> "first"));
        Task<String> second = driven.start(() -> offload(single, () -> "second"));

        second.cancel("enough");
        driven.settle();
        assertThat(second.isCancelled()).isTrue();

        queue.remove().run();
        Task<String> third = driven.start(() -> offload(single, () -> "third"));
        queue.remove().run();
        driven.settle();
        assertThat(third.resultNow()).isEqualTo("third");
    }

    @Test
    void callThatWasTakenBackOrRefusedGivesItsPlaceBack() {
        Offloading refusing = Offloading.on(call -> {
                    throw new RejectedExecutionException("full");
                })
                .withLimit(1);
        Offloading single = queued(OnCancel.INTERRUPT).withLimit(1);
        Task<?> takenBack = driven.start(() -> offload(single, () -> "never"));
        takenBack.cancel("enough");
        driven.settle();

        for (int i = 0; i < 2; i++) {
            driven.run(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> offload(refusing, () -> "never")));
        }
        driven.start(() -> offload(single, () -> log.add("ran")));
        queue.forEach(Runnable::run);
        driven.settle();

        assertThat(log).containsExactly("ran");
    }

    @Test
    void abandonedCallKeepsItsPlaceUntilItHasEnded() throws Exception {
        var call = new HeldCall();
        Offloading single = queued(OnCancel.ABANDON).withLimit(1);
        Task<?> abandoned = driven.start(() -> offload(single, call::run));
        FutureTask<?> thread = call.begin(queue.remove());
        abandoned.cancel("enough");
        driven.settle();
        Task<String> next = driven.start(() -> offload(single, () -> "next"));
        assertThat(queue).isEmpty();

        call.released.countDown();
        thread.get();
        driven.settle();
        queue.remove().run();
        driven.settle();

        assertThat(next.resultNow()).isEqualTo("next");
    }

    @Test
    void limitIsPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Offloading.onLoopExecutor().withLimit(0))
                .withMessage("maxCalls is 0; it must be 1 or more");
    }

    @Test
    void abandonLetsACallBeginThatHasNot() {
        Task<?> task = driven.start(() -> offload(queued(OnCancel.ABANDON), () -> log.add("ran")));

        task.cancel("enough");
        driven.settle();
        assertThat(task.isCancelled()).isTrue();
        queue.remove().run();
        driven.settle();

        assertThat(log).containsExactly("ran");
    }

    @Test
    void interruptTakesACallBackThatHasNotBegun() {
        Task<?> task = driven.start(() -> offload(queued(OnCancel.INTERRUPT), () -> log.add("never")));

        task.cancel("enough");
        driven.settle();
        queue.remove().run();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).isEmpty();
    }
}
