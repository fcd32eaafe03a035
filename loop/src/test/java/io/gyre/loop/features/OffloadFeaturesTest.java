package io.gyre.loop.features;

import static io.gyre.loop.Async.checkCancelled;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.loop.Task;
import io.gyre.loop.process.ProcessPool;
import io.gyre.loop.process.ProcessPoolOptions;
import io.gyre.loop.testing.LoopTest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OffloadFeaturesTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    /** A call that has begun, and ends when it is interrupted or the test lets it. */
    private final class HeldCall {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);

        String run() throws InterruptedException {
            begun.countDown();
            try {
                released.await();
                log.add("call ended");
                return "value";
            } catch (InterruptedException e) {
                log.add("call interrupted");
                throw e;
            } finally {
                ended.countDown();
            }
        }
    }

    private Task<?> startHeld(HeldCall call, OnCancel onCancel) throws InterruptedException {
        Offloading how = Offloading.onLoopExecutor().withOnCancel(onCancel);
        Task<?> task = createTask(() -> {
            log.add("task got " + offload(how, call::run));
            yieldNow();
            log.add("not reached");
        });
        call.begun.await();
        return task;
    }

    private static String fail() throws IOException {
        throw new FileNotFoundException("gone");
    }

    @LoopTest
    @Feature("Thread-pool offload")
    void blockingCallRunsInAPoolAndIsAwaited() {
        Thread worker = offload(Thread::currentThread);
        assertThat(worker.isVirtual()).isFalse();
        assertThat(worker.getName()).startsWith("loop-test-offload-");
        assertThatExceptionOfType(FileNotFoundException.class).isThrownBy(() -> offload(OffloadFeaturesTest::fail));

        String ofExecutor = offload(
                call -> {
                    log.add("executor of the caller");
                    call.run();
                },
                () -> "value");

        assertThat(ofExecutor).isEqualTo("value");
        assertThat(log).containsExactly("executor of the caller");
    }

    @LoopTest
    @Feature("Cancellation policies of offloaded calls: wait, interrupt, abandon")
    void cancelWaitsForTheCallInterruptsItOrAbandonsIt() throws Exception {
        var awaited = new HeldCall();
        Task<?> waiting = startHeld(awaited, OnCancel.WAIT);
        waiting.cancel("enough");
        awaitAllTasksParked();
        assertThat(waiting.isDone()).isFalse();
        awaited.released.countDown();
        waiting.cancelAndJoin("twice");
        assertThat(log).containsExactly("call ended", "task got value");

        log.clear();
        var interrupted = new HeldCall();
        startHeld(interrupted, OnCancel.INTERRUPT).cancelAndJoin("enough");
        interrupted.ended.await();
        assertThat(log).containsExactly("call interrupted");

        log.clear();
        var abandoned = new HeldCall();
        startHeld(abandoned, OnCancel.ABANDON).cancelAndJoin("enough");
        assertThat(log).isEmpty();
        abandoned.released.countDown();
        abandoned.ended.await();
        assertThat(log).containsExactly("call ended");
    }

    @LoopTest
    @Feature("Calls into the loop from a worker thread")
    void workerThreadCallsIntoTheLoopAndSeesThatItIsCancelled(EventLoop loop) throws Exception {
        String answer = offload(() -> {
            loop.callSoonThreadsafe(() -> log.add("asynchronous, on the loop: " + loop.inLoop()));
            return loop.call(() -> {
                yieldNow();
                return "synchronous, on the loop: " + loop.inLoop();
            });
        });
        assertThat(answer).isEqualTo("synchronous, on the loop: true");
        assertThat(log).containsExactly("asynchronous, on the loop: true");

        var begun = new CountDownLatch(1);
        var seen = new CountDownLatch(1);
        Task<?> task = createTask(() -> offload(() -> {
            begun.countDown();
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            seen.countDown();
        }));
        begun.await();
        task.cancelAndJoin("enough");
        seen.await();
    }

    @LoopTest
    @Feature("Cooperative cancellation of offloaded calls")
    void offloadedCallStopsByItselfWhenItsTaskIsCancelled() throws Exception {
        Offloading waiting = Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT);
        var rounds = new CountDownLatch(3);
        Task<?> task = createTask(() -> offload(waiting, () -> {
            while (true) {
                rounds.countDown();
                checkCancelled();
            }
        }));
        offload(() -> rounds.await());

        task.cancelAndJoin("enough");

        assertThat(task.isCancelled()).isTrue();
    }

    @LoopTest
    @Feature("Bulkheads: a limit for each kind of work")
    void eachKindOfWorkHasALimitOfItsOwn() throws Exception {
        Offloading images = Offloading.onLoopExecutor().withLimit(1);
        Offloading mails = Offloading.onLoopExecutor().withLimit(1);
        var first = new HeldCall();
        Task<?> running = createTask(() -> offload(images, first::run));
        first.begun.await();
        Task<String> waiting = createTask(() -> offload(images, () -> "second image"));
        awaitAllTasksParked();

        assertThat(waiting.waitsFor()).startsWith("a free place for an offloaded call of");
        assertThat(offload(mails, () -> "mail").length()).isEqualTo(4);
        first.released.countDown();

        assertThat(waiting.await()).isEqualTo("second image");
        running.await();
    }

    @LoopTest
    @Feature("Process pool")
    void processPoolRunsACallInAChild() {
        try (var pool = new ProcessPool(ProcessPoolOptions.defaults().withSize(1))) {
            long pid = offload(pool, () -> ProcessHandle.current().pid());

            assertThat(pid).isNotEqualTo(ProcessHandle.current().pid());
        }
    }

    @Test
    @Feature("Blocking portal: a loop in a background thread")
    void blockingPortalIsALoopInAThreadOfItsOwn() throws Exception {
        EventLoop loop;
        try (var portal = LoopPortal.start()) {
            loop = portal.loop();
            String value = portal.call(() -> createTask(() -> "value").await());
            assertThat(value).isEqualTo("value");
            assertThat(portal.createTask(() -> EventLoop.current()).get()).isSameAs(loop);
        }

        assertThat(loop.isClosed()).isTrue();
    }
}
