package io.gyre.loop.conformance;

import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Where Gyre does something else than asyncio's {@code run_in_executor}, on purpose: what becomes of a call whose task is
 * cancelled is for the caller to say.
 */
class OffloadDeviationTest extends ConformanceCase {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean interrupted;

    @AfterEach
    void release() {
        released.countDown();
    }

    /** A call that ignores interrupts, and ends when the test lets it. */
    private String ignoreInterrupts() {
        begun.countDown();
        OtherThread.spinUntil(() -> released.getCount() == 0);
        interrupted = Thread.interrupted();
        ended.countDown();
        return "value";
    }

    private Task<?> startCall(OnCancel onCancel) throws InterruptedException {
        Offloading how = Offloading.onLoopExecutor().withOnCancel(onCancel);
        Task<?> task = driven.start(() -> {
            note(offload(how, this::ignoreInterrupts));
            yieldNow();
            note("not reached");
        });
        begun.await();
        return task;
    }

    /** 4.11: asyncio drops the result of a call that was cancelled; with WAIT the task gets it, then its cancellation. */
    @Test
    void callThatMustNotBeLeftHalfDoneIsAwaited() throws Exception {
        Task<?> task = startCall(OnCancel.WAIT);

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        released.countDown();
        driven.runUntil(task::isDone);

        assertLog("value");
        assertThat(task.isCancelled()).isTrue();
        assertThat(interrupted).isFalse();
    }

    /** 4.11: asyncio never interrupts a call; with INTERRUPT, the default, it does, and waits no longer. */
    @Test
    void callThatIgnoresItsInterruptIsAbandoned() throws Exception {
        Task<?> task = startCall(OnCancel.INTERRUPT);

        task.cancel("enough");
        driven.settle();
        assertThat(task.isCancelled()).isTrue();
        released.countDown();
        ended.await();

        assertThat(interrupted).isTrue();
        assertLog();
    }

    /** 4.11: asyncio always leaves the call alone; here ABANDON says so. */
    @Test
    void callIsLeftAloneOnRequest() throws Exception {
        Task<?> task = startCall(OnCancel.ABANDON);

        task.cancel("enough");
        driven.settle();
        assertThat(task.isCancelled()).isTrue();
        released.countDown();
        ended.await();

        assertThat(interrupted).isFalse();
        assertLog();
    }

    /** 4.14: asyncio.run waits 300 s for its executor, and the interpreter for ever; here closing has one limit. */
    @Test
    void closingDoesNotWaitForACallThatIgnoresItsInterrupt() throws Exception {
        var bounded = new HandDrivenLoop(options -> options.withCloseTimeout(Duration.ofMillis(20)));
        EventLoop closed = bounded.loop;
        bounded.start(() -> offload(this::ignoreInterrupts));
        begun.await();

        closed.close();

        assertThat(closed.isClosed()).isTrue();
        assertThat(bounded.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.what())
                .contains("an offloaded call of ", "and has not ended within PT0.02S of closing"));
    }
}
