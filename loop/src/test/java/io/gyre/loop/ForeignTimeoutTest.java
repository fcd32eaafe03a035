package io.gyre.loop;

import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A time-out around blocking calls of the JDK, which know nothing of scopes. */
class ForeignTimeoutTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    static Stream<Named<VoidBody<Exception>>> blockingCalls() {
        return Stream.of(
                Named.of("Thread.sleep", () -> Thread.sleep(ONE_DAY)),
                Named.of("BlockingQueue.take", () -> new LinkedBlockingQueue<>().take()),
                Named.of("CountDownLatch.await", () -> new CountDownLatch(1).await()),
                Named.of("Semaphore.acquire", () -> new Semaphore(0).acquire()),
                Named.of("Future.get", () -> new FutureTask<>(() -> "").get()),
                Named.of("await of a Future", () -> Async.await(new FutureTask<>(() -> ""))),
                Named.of("CompletableFuture.get", () -> new CompletableFuture<>().get()),
                Named.of("wrapped in a cause", ForeignTimeoutTest::blockWithAWrapper));
    }

    private static void blockWithAWrapper() {
        try {
            Thread.sleep(ONE_DAY);
        } catch (InterruptedException e) {
            throw new UncheckedIOException((InterruptedIOException) new InterruptedIOException().initCause(e));
        }
    }

    @ParameterizedTest
    @MethodSource("blockingCalls")
    void interruptionBecomesTheTimeOut(VoidBody<Exception> call) {
        Task<?> task = driven.start(() -> {
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> timeout(ONE_SECOND, call));
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            new CountDownLatch(0).await();
            yieldNow();
            log.add("went on");
        });
        assertThat(task.isDone()).isFalse();

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("went on");
    }

    @ParameterizedTest
    @MethodSource("blockingCalls")
    void blockWithoutTimeIsInterruptedInItsFirstBlockingCall(VoidBody<Exception> call) {
        Task<?> task = driven.start(() -> {
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> timeout(Duration.ZERO, call));
            log.add("went on");
        });

        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("went on");
    }

    @Test
    void cleanUpMayBlockWithoutBeingInterruptedAgain() {
        var cleanUp = new CountDownLatch(1);
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                    try {
                        Thread.sleep(ONE_DAY);
                    } finally {
                        log.add("cleaning up");
                        cleanUp.await();
                        log.add("cleaned up");
                    }
                })));
        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(() -> log.contains("cleaning up"));
        driven.settle();

        cleanUp.countDown();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("cleaning up", "cleaned up");
    }

    @Test
    void cleanUpAfterAShieldMayBlockWithoutBeingInterruptedAgain() {
        var cleanUp = new CountDownLatch(1);
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                    try {
                        Thread.sleep(ONE_DAY);
                    } finally {
                        shield(ONE_DAY, () -> yieldNow());
                        log.add("cleaning up");
                        cleanUp.await();
                        log.add("cleaned up");
                    }
                })));
        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(() -> log.contains("cleaning up"));
        driven.settle();

        cleanUp.countDown();
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("cleaning up", "cleaned up");
    }

    @Test
    void timeThatPassesInAShieldInterruptsTheBlockingCallAfterIt() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                    shield(ONE_DAY, () -> sleep(ONE_SECOND));
                    log.add("after the shield");
                    Thread.sleep(ONE_DAY);
                })));

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("after the shield");
    }

    /** The request has come, and has had no effect yet, when the shield begins. */
    @Test
    void timeThatHasPassedBeforeAShieldInterruptsTheBlockingCallAfterIt() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(Duration.ZERO, () -> {
                    shield(ONE_DAY, () -> Thread.sleep(Duration.ofNanos(1)));
                    log.add("after the shield");
                    Thread.sleep(ONE_DAY);
                })));

        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("after the shield");
    }

    @Test
    void limitOfAShieldThatPassesInterruptsTheBlockingCallInIt() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(
                        ONE_SECOND,
                        () -> shield(ONE_SECOND.plusNanos(1), () -> {
                            log.add("in the shield");
                            Thread.sleep(ONE_DAY);
                        }))));

        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();
        driven.ticker.advance(Duration.ofNanos(1));
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("in the shield");
    }

    /** {@code lock()} does not react to interrupts; it leaves the flag set when it has the lock. */
    @Test
    void uninterruptibleCallIsNotInterrupted() {
        var lock = new ReentrantLock();
        Task<?> holder = driven.start(() -> {
            lock.lock();
            try {
                sleep(ONE_DAY);
            } finally {
                lock.unlock();
            }
        });
        Task<String> task = driven.start(() -> {
            String value = timeout(ONE_SECOND, () -> {
                lock.lock();
                try {
                    return Thread.currentThread().isInterrupted() ? "has the lock" : "not interrupted";
                } finally {
                    lock.unlock();
                }
            });
            return value + Thread.currentThread().isInterrupted();
        });
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();

        holder.cancel("enough");
        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).isEqualTo("not interruptedfalse");
    }

    @Test
    void blockThatSwallowsTheInterruptTimesOutAtItsNextCheckpoint() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                    try {
                        Thread.sleep(ONE_DAY);
                    } catch (InterruptedException e) {
                        log.add("swallowed");
                    }
                    sleep(ONE_DAY);
                })));

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("swallowed");
    }

    @Test
    void blockThatRestoresTheInterruptLeavesNoFlagBehind() {
        Task<?> task = driven.start(() -> {
            timeout(ONE_SECOND, () -> {
                try {
                    Thread.sleep(ONE_DAY);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            sleep(Duration.ZERO);
            log.add("went on");
        });

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("went on");
    }

    @Test
    void interruptOfSomebodyElseIsNoTimeOut() {
        Task<?> task = driven.start(() -> timeout(ONE_SECOND, () -> Thread.sleep(ONE_DAY)));
        task.whenDone(done -> {});

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.runUntil(task::isDone);

        assertThat(task.exceptionNow()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void interruptionOfAnotherTaskIsNoTimeOut() {
        Task<String> interrupted = loop.createTask(() -> {
            throw new InterruptedException("its own");
        });
        interrupted.whenDone(done -> {});

        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, interrupted::await)));
    }
}
