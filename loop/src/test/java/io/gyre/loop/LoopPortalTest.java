package io.gyre.loop;

import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopPortalTest {
    private final LoopPortal portal = LoopPortal.start();

    @AfterEach
    void close() {
        portal.close();
    }

    private static String fail() throws IOException {
        throw new FileNotFoundException("gone");
    }

    @Test
    void callRunsOnTheLoopOfTheDaemonThread() {
        Thread carrier = portal.call(io.gyre.loop.internal.vthread.VirtualThreads::currentCarrier);

        assertThat(carrier.getName()).isEqualTo(portal.loop().name()).matches("gyre-\\d+");
        assertThat(carrier.isDaemon()).isTrue();
        portal.call(() -> assertThat(EventLoop.current()).isSameAs(portal.loop()));
    }

    @Test
    void checkedExceptionOfACallComesOutAsItIs() {
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> portal.call(() -> fail()))
                .withMessage("gone");
    }

    @Test
    void futuresOfTasksCompleteAsTheTasksDo() throws Exception {
        CompletableFuture<String> value = portal.createTask(() -> "value");
        CompletableFuture<String> failure = portal.createTask(() -> fail());

        assertThat(value.thenApply(String::length).get()).isEqualTo(5);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(failure::get)
                .withCauseInstanceOf(FileNotFoundException.class);
    }

    @Test
    void cancellingAFutureCancelsItsTask() throws Exception {
        var cleanedUp = new CompletableFuture<CancelledException>();
        CompletableFuture<String> future = portal.createTask(() -> {
            try {
                Async.sleepUntil(Long.MAX_VALUE);
            } catch (CancelledException e) {
                cleanedUp.complete(e);
                throw e;
            }
            return "never";
        });

        assertThat(future.cancel(true)).isTrue();

        assertThat(cleanedUp.get()).hasMessageContaining("its future was cancelled");
        assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
    }

    /** The loop is kept busy until all have said what they want. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closeBesideAShutdownCancelsAtOnceWhicheverComesFirst(boolean shutdownFirst) throws Exception {
        var busy = new CountDownLatch(1);
        CompletableFuture<String> endless = portal.createTask(() -> {
            OtherThread.awaitUninterruptibly(busy);
            Async.sleep(ONE_DAY);
            return "never";
        });
        var inTime = new FutureTask<>(() -> portal.shutdown(ONE_DAY));

        if (shutdownFirst) {
            portal.beginShutdown(ONE_DAY);
            portal.beginClose();
        } else {
            portal.beginClose();
            portal.beginShutdown(ONE_DAY);
        }
        Thread other = Thread.ofPlatform().start(inTime);
        busy.countDown();

        assertThat(inTime.get()).isFalse();
        other.join();
        assertThat(endless).isCompletedExceptionally();
    }

    @Test
    void secondShutdownWaitsForTheFirst() throws Exception {
        var goOn = new CompletableFuture<String>();
        CompletableFuture<String> work = portal.createTask(() -> Async.await(goOn));
        var first = OtherThread.call(() -> portal.shutdown(ONE_DAY));
        OtherThread.spinUntil(() -> portal.<Boolean, RuntimeException>call(() -> portal.loop().core.shuttingDown));

        portal.beginShutdown(Duration.ZERO);
        portal.call(() -> {});
        portal.call(() -> {}); // the loop still runs
        goOn.complete("done");

        assertThat(first.get()).isTrue();
        assertThat(portal.awaitShutdown()).isTrue();
        assertThat(work).isCompletedWithValue("done");
    }

    @Test
    void closeCancelsTasksAwaitsThemAndEndsTheThread() {
        var cleanedUp = new CountDownLatch(1);
        CompletableFuture<String> future = portal.createTask(() -> {
            try {
                Async.sleepUntil(Long.MAX_VALUE);
                return "never";
            } finally {
                cleanedUp.countDown();
            }
        });
        Thread carrier = portal.call(io.gyre.loop.internal.vthread.VirtualThreads::currentCarrier);

        portal.close();

        assertThat(cleanedUp.getCount()).isZero();
        assertThat(future.isCancelled()).isTrue();
        assertThat(carrier.isAlive()).isFalse();
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> portal.call(() -> "late"));
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> portal.createTask(() -> "late"));
    }

    @Test
    void interruptWhileClosingIsKept() throws Exception {
        var other = LoopPortal.start();
        FutureTask<Boolean> closing = OtherThread.call(() -> {
            Thread.currentThread().interrupt();
            other.close();
            return Thread.currentThread().isInterrupted();
        });

        assertThat(closing.get()).isTrue();
        assertThat(other.loop().isClosed()).isTrue();
    }

    @Test
    void closeInItsOwnTaskIsRefused() {
        portal.call(() -> assertThatIllegalStateException()
                .isThrownBy(portal::close)
                .withMessageContaining("would wait for itself"));
    }

    @Test
    void taskMayHaveNoResult() throws Exception {
        try (var portal = LoopPortal.start()) {
            assertThat(portal.createTask(() -> {
                                assertThat(portal.loop().inLoop()).isTrue();
                            })
                            .get())
                    .isNull();
        }
    }

    @Test
    void portalNeedsAPlatformThread() {
        assertThatIllegalStateException()
                .isThrownBy(() -> LoopPortal.start(Thread.ofVirtual().factory(), LoopOptions.defaults()))
                .withMessageContaining("needs a platform thread");
    }

    @Test
    void threadIsTheOneOfTheFactory() {
        try (var named = LoopPortal.start(
                Thread.ofPlatform().daemon(false).name("my-loop").factory(),
                LoopOptions.defaults().withName("embedded"))) {
            Thread carrier = named.call(io.gyre.loop.internal.vthread.VirtualThreads::currentCarrier);

            assertThat(carrier.getName()).isEqualTo("my-loop");
            assertThat(carrier.isDaemon()).isFalse();
        }
    }

    /** Each of these tasks has its callback, which creates the next, in the last tick of a round of closing. */
    @Test
    void futuresOfTasksThatComeTooLateAreCompletedWhenTheLoopHasEndedByItself() {
        var futures = new CopyOnWriteArrayList<CompletableFuture<?>>();
        portal.call(() -> {
            createAnotherWhenThisIsDone(futures, 5);
            EventLoop.current().stop();
        });

        OtherThread.spinUntil(() -> portal.loop().isClosed());
        OtherThread.spinUntil(() -> futures.stream().allMatch(CompletableFuture::isDone));

        assertThat(futures).isNotEmpty();
        assertThat(futures.getLast())
                .failsWithin(HandDrivenLoop.PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(LoopClosedException.class);
    }

    private void createAnotherWhenThisIsDone(List<CompletableFuture<?>> futures, int more) {
        Async.currentTask().whenDone(done -> {
            var created = OtherThread.run(() -> futures.add(portal.createTask(() -> {
                if (more > 0) {
                    createAnotherWhenThisIsDone(futures, more - 1);
                }
                return "late";
            })));
            OtherThread.spinUntil(created::isDone);
        });
    }

    @Test
    void taskKnowsWhereItWasCreated() {
        String ofTask =
                portal.createTask(() -> "" + Async.currentTask().createdAt()).join();
        String ofCall = portal.call(() -> "" + Async.currentTask().createdAt());

        assertThat(List.of(ofTask, ofCall)).allSatisfy(site -> assertThat(site)
                .startsWith("io.gyre.loop.LoopPortalTest.taskKnowsWhereItWasCreated"));
    }

    @Test
    void closeEndsACallThatBlocksInTheJdk() throws Exception {
        var begun = new CountDownLatch(1);
        FutureTask<?> call = OtherThread.run(() -> portal.call(() -> {
            begun.countDown();
            new CountDownLatch(1).await();
        }));
        begun.await();

        portal.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(call::get)
                .withCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void interruptedExceptionOfTheBodyIsAFailureLikeAnyOther() {
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> portal.call(() -> {
                        throw new InterruptedException("mine");
                    }))
                    .withMessage("mine");
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }
}
