package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class WrongThreadTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;

    private static void inOtherThread(Runnable check) throws Exception {
        var call = new FutureTask<>(check, "passed");
        Thread.ofPlatform().start(call);
        assertThat(call.get()).isEqualTo("passed");
    }

    @Test
    void methodsOfTheLoopThreadRejectOtherThreads() throws Exception {
        LoopFuture<String> future = loop.createFuture();
        Task<String> task = loop.createTask(() -> "");
        TimerHandle timer = loop.callLater(Duration.ofDays(1), () -> {});
        List<ThrowingCallable> calls = List.of(
                () -> loop.createTask(() -> ""),
                () -> loop.createTask("name", () -> ""),
                loop::createFuture,
                () -> loop.callSoon(() -> {}),
                () -> loop.callLater(Duration.ZERO, () -> {}),
                () -> loop.callAt(0, () -> {}),
                loop::tasks,
                loop::statistics,
                timer::cancel,
                task::waitsFor,
                () -> task.whenDone(done -> {}),
                task::toCompletionStage,
                () -> future.setResult(""),
                () -> future.setException(new IllegalStateException()),
                () -> LowLevel.unpark(task));

        inOtherThread(() -> assertThat(calls).allSatisfy(call -> assertThatExceptionOfType(WrongThreadException.class)
                .isThrownBy(call)
                .withMessageContaining("must run on the thread of EventLoop[hand-driven]")
                .withMessageContaining("Use loop.call(() -> ...) there")));

        driven.settle();
        assertThat(loop.statistics().tasks()).isZero();
        timer.cancel();
    }

    @Test
    void methodsOfAnyThreadAcceptOtherThreads() throws Exception {
        Task<String> task = loop.createTask("task", () -> "");

        inOtherThread(() -> {
            assertThat(loop.inLoop()).isFalse();
            assertThat(loop.isClosed()).isFalse();
            assertThat(loop.time()).isEqualTo(driven.ticker.nanoTime());
            assertThat(loop.name()).isEqualTo("hand-driven");
            assertThat(task.name()).isEqualTo("task");
            assertThat(task.isDone()).isFalse();
            assertThat(task.stackTrace()).isEmpty();
        });

        driven.settle();
    }

    @Test
    void suspendingCallsOutsideATaskSayHowToGetIntoOne() {
        LoopFuture<String> future = loop.createFuture();
        List<ThrowingCallable> calls = List.of(
                () -> Async.sleep(Duration.ZERO),
                () -> Async.sleepUntil(0),
                Async::yieldNow,
                () -> Async.createTask(() -> ""),
                () -> Async.createTask("name", () -> ""),
                Async::currentTask,
                future::await,
                () -> Async.await(future),
                () -> Async.await(new CompletableFuture<>()),
                () -> Async.await(new FutureTask<>(() -> "")),
                () -> Async.offload(() -> ""),
                LowLevel::checkpoint,
                () -> LowLevel.park("", () -> true));

        assertThat(calls).allSatisfy(call -> assertThatIllegalStateException()
                .isThrownBy(call)
                .withMessageContaining("is not a task of an event loop")
                .withMessageContaining("EventLoop.run(() -> ...)"));
    }

    @Test
    void suspendingCallInAVirtualThreadOfTheJdkIsRejected() throws Exception {
        var call = new FutureTask<>(() -> {
            Async.sleep(Duration.ZERO);
            return "";
        });

        Thread.ofVirtual().start(call);

        assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
                .isThrownBy(call::get)
                .withCauseInstanceOf(IllegalStateException.class);
    }
}
