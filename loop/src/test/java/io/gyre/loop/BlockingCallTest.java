package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code LowLevel.blocking}. */
class BlockingCallTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();
    private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();
    private final CountDownLatch latch = new CountDownLatch(1);

    private String take() {
        return LowLevel.blocking("a word", () -> queue.take());
    }

    @Test
    void valueOfTheBodyIsReturned() {
        Task<String> task = driven.start(this::take);

        assertThat(task.waitsFor()).isEqualTo("a word");
        loop.createTask(() -> queue.add("value"));
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
        driven.assertIdle();
    }

    @Test
    void bodyMayHaveNoResult() {
        Task<?> task = driven.start(() -> LowLevel.blocking("the latch", () -> latch.await()));
        assertThat(task.waitsFor()).isEqualTo("the latch");

        latch.countDown();
        driven.settle();

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void reasonIsThatOfTheInnermostCall() {
        Task<?> task = driven.start(() -> LowLevel.blocking("the outer one", () -> {
            LowLevel.blocking("the inner one", () -> queue.take());
            LowLevel.park("the park", () -> true);
            latch.await();
        }));
        assertThat(task.waitsFor()).isEqualTo("the inner one");

        loop.createTask(() -> queue.add("value"));
        driven.settle();
        assertThat(task.waitsFor()).isEqualTo("the park");

        LowLevel.unpark(task);
        driven.settle();
        assertThat(task.waitsFor()).isEqualTo("the outer one");

        latch.countDown();
        driven.settle();
        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void reasonEndsWithTheBody() {
        var foreign = new CountDownLatch(1);
        Task<?> task = driven.start(() -> {
            queue.add("value");
            take();
            foreign.await();
        });

        assertThat(task.waitsFor()).startsWith("a blocking call in java.util.concurrent.CountDownLatch");

        foreign.countDown();
        driven.settle();
    }

    @Test
    void exceptionOfTheBodyComesOutAsItIs() {
        var failure = new IOException("boom");

        boolean thrown = driven.call(() -> {
            try {
                LowLevel.blocking("trouble", () -> {
                    throw failure;
                });
                return false;
            } catch (IOException e) {
                return e == failure;
            }
        });

        assertThat(thrown).isTrue();
    }

    @Test
    void cancelBeforeItBeginsDoesNotEnterTheBody() {
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            LowLevel.blocking("nothing", () -> log.add("entered"));
        });

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).isEmpty();
    }

    @Test
    @Feature("Interruptible blocking calls of other libraries")
    void cancelInterruptsTheBody() {
        Task<?> task = driven.start(() -> {
            try {
                take();
            } catch (CancelledException e) {
                log.add(e.getCause() + ", interrupted: "
                        + Thread.currentThread().isInterrupted());
                throw e;
            }
        });

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("java.lang.InterruptedException, interrupted: false");
        queue.add("kept");
        assertThat(queue).containsExactly("kept");
        driven.assertIdle();
    }

    @Test
    void valueWinsOverACancellation() {
        Task<?> task = driven.start(() -> {
            LowLevel.blocking("the latch", () -> {
                latch.await();
                currentTask().cancel("too late");
            });
            log.add("returned");
            yieldNow();
            log.add("went on");
        });

        latch.countDown();
        driven.settle();

        assertThat(log).containsExactly("returned");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void interruptOfSomebodyElseCancelsTheTask() {
        Task<String> task = driven.start(this::take);

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();

        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(task::get)
                .withMessageContaining("its thread was interrupted while waiting for a word");
    }

    @Test
    void interruptOfSomebodyElseEndsTheCallInAShieldAndCancelsWhatIsBehindIt() {
        Task<?> task = driven.start(() -> {
            shield(Duration.ofMinutes(1), () -> {
                assertThatExceptionOfType(CancelledException.class).isThrownBy(this::take);
                yieldNow();
                log.add("went on in the shield");
            });
            log.add("left it");
            yieldNow();
            log.add("went on behind it");
        });

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();

        assertThat(log).containsExactly("went on in the shield", "left it");
        assertThat(task.isCancelled()).isTrue();
        driven.assertIdle();
    }

    @Test
    void scopeThatIsCancelledEndsTheCallAndNotTheTask() {
        Task<Boolean> task = driven.start(() -> Async.moveOnAfter(Duration.ofMinutes(1), () -> {
            take();
        }));

        driven.advance(Duration.ofMinutes(1));

        assertThat(task.resultNow()).isFalse();
    }

    @Test
    void closingTheLoopEndsTheCall() {
        Task<?> task = driven.start(this::take);

        loop.close();

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void callbackMayBlockToo() {
        loop.callSoon(() -> log.add(take()));
        loop.callSoon(() -> log.add("the next callback"));
        driven.settle();
        assertThat(log).containsExactly("the next callback");

        loop.createTask(() -> queue.add("value"));
        driven.settle();

        assertThat(log).containsExactly("the next callback", "value");
    }

    @Test
    void awaitOfAnotherLoopSaysWhatItWaitsFor() {
        try (var other = new HandDrivenLoop(options -> options.withName("other"))) {
            LoopFuture<String> future = other.loop.createFuture();
            Task<String> task = driven.start(() -> future.await());
            assertThat(task.waitsFor()).isEqualTo("LoopFuture[other, RUNNING]");

            other.settle(); // lists the waiter
            future.setResult("value");
            driven.settle();

            assertThat(task.resultNow()).isEqualTo("value");
        }
    }

    @Test
    void outsideATaskItRunsTheBody() throws Exception {
        queue.add("value");

        assertThat(OtherThread.call(this::take).get()).isEqualTo("value");
    }

    @Test
    void interruptOutsideATaskIsACancellationWithTheStatusSetAgain() throws Exception {
        var thread = new Thread[1];
        var parked = new CountDownLatch(1);
        var call = OtherThread.call(() -> {
            thread[0] = Thread.currentThread();
            parked.countDown();
            try {
                return take();
            } catch (CancellationException e) {
                return e.getMessage() + " " + Thread.interrupted() + " " + e.getCause();
            }
        });
        parked.await();

        thread[0].interrupt();

        assertThat(call.get()).endsWith("was interrupted while waiting for a word true java.lang.InterruptedException");
    }
}
