package io.gyre.loop;

import static io.gyre.loop.Async.atomic;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Queue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code Async.atomic}: a body that must not suspend. */
class AtomicTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    /** Starts tasks one after the other, before the first of them runs, so that each may run while another waits. */
    private void runTogether(VoidBody<?>... bodies) {
        List<Task<?>> tasks = new ArrayList<>();
        for (VoidBody<?> body : bodies) {
            tasks.add(loop.createTask(body));
        }
        driven.runUntil(() -> tasks.stream().allMatch(Task::isDone));
        tasks.forEach(Task::resultNow);
    }

    private static ThrowableAssertAlternative<NotAtomicException> assertRefused(ThrowingCallable body) {
        return assertThatExceptionOfType(NotAtomicException.class).isThrownBy(body);
    }

    @Test
    @Feature("Atomic block: a body that must not suspend, and names the call if it would")
    void callThatWouldSuspendIsRefusedByName() {
        var queue = new Queue<String>(1);

        driven.run(() -> assertRefused(() -> atomic(() -> queue.get()))
                .withMessageStartingWith("Queue.get in task-")
                .withMessageContaining("would wait for")
                .withMessageContaining("the body of Async.atomic must not suspend"));

        driven.run(() -> {
            queue.tryPut("still works");
            assertThat(queue.get()).isEqualTo("still works");
        });
    }

    @Test
    void bodyThatDoesNotSuspendHasItsResult() {
        assertThat(driven.call(() -> atomic(() -> "result"))).isEqualTo("result");
        driven.run(() -> atomic(() -> {
            log.add("ran");
        }));

        assertThat(log).containsExactly("ran");
    }

    @Test
    void callThatNeedNotWaitGoesThrough() {
        var lock = new Lock();
        driven.run(() -> atomic(() -> {
            lock.acquire();
            lock.release();
        }));
    }

    @Test
    void nothingElseRunsMeanwhileHoweverManyOperations() {
        var queue = new Queue<Integer>();
        runTogether(
                () -> {
                    atomic(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            queue.put(i);
                        }
                        log.add("atomic");
                    });
                    queue.get();
                    log.add("behind it"); // the yield that was due
                },
                () -> log.add("other"));

        assertThat(log).containsExactly("atomic", "other", "behind it");
    }

    @Test
    void whatAlwaysSuspendsIsRefusedBeforeItBegins() {
        driven.run(() -> {
            assertRefused(() -> atomic(() -> yieldNow())).withMessageStartingWith("Async.yieldNow in ");
            assertRefused(() -> atomic(() -> sleep(Duration.ZERO))).withMessageStartingWith("Async.sleep in ");
            assertRefused(() -> atomic(() -> sleep(ONE_DAY))).withMessageStartingWith("Async.sleep in ");
            assertRefused(() -> atomic(() -> offload(() -> log.add("offloaded"))))
                    .withMessageStartingWith("Async.offload in ")
                    .withMessageContaining("wait for an offloaded call");
            assertRefused(() -> atomic(() -> TaskGroup.run(group -> {
                        log.add("block of a group");
                        group.createTask(() -> log.add("task of a group"));
                    })))
                    .withMessageStartingWith("TaskGroup.run in ")
                    .withMessageContaining("wait for the tasks of a group");
            assertRefused(() -> atomic(() -> LowLevel.blocking("a word", () -> {
                        log.add("blocking");
                    })))
                    .withMessageStartingWith("LowLevel.blocking in ")
                    .withMessageContaining("wait for a word");
        });

        assertThat(log).isEmpty();
    }

    @Test
    void refusalThatTheBodyCatchesComesAtItsEnd() {
        driven.run(() -> assertRefused(() -> atomic(() -> {
                    try {
                        yieldNow();
                    } catch (IllegalStateException ignored) {
                        log.add("caught");
                    }
                }))
                .withMessageStartingWith("Async.yieldNow in "));

        assertThat(log).containsExactly("caught");
    }

    @Test
    void bodyThatFailsByItselfFailsByThat() {
        driven.run(() -> {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> atomic(() -> {
                        throw new IOException("boom");
                    }))
                    .satisfies(failure -> assertThat(failure).hasNoSuppressedExceptions());
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> atomic(() -> {
                        try {
                            yieldNow();
                        } catch (NotAtomicException refused) {
                            throw new IOException("boom");
                        }
                    }))
                    .satisfies(failure ->
                            assertThat(failure.getSuppressed()).singleElement().isInstanceOf(NotAtomicException.class));
        });
    }

    @Test
    void bodiesMayBeNested() {
        driven.run(() -> {
            assertThat(atomic(() -> atomic(() -> "inner"))).isEqualTo("inner");
            assertRefused(() -> atomic(() -> {
                        atomic(() -> log.add("inner"));
                        yieldNow();
                    }))
                    .withMessageContaining("yieldNow");
            assertRefused(() -> atomic(() -> {
                        try {
                            atomic(() -> yieldNow());
                        } catch (NotAtomicException caught) {
                            log.add("caught");
                        }
                    }))
                    .withMessageContaining("yieldNow");
            yieldNow(); // outside of all it may
        });

        assertThat(log).containsExactly("inner", "caught");
    }

    @Test
    void refusalOfAnOuterBodyIsNotThatOfAnInnerOne() {
        driven.run(() -> assertRefused(() -> atomic(() -> {
            try {
                yieldNow();
            } catch (NotAtomicException caught) {
                log.add(atomic(() -> "inner"));
            }
        })));

        assertThat(log).containsExactly("inner");
    }

    @Test
    void cancellationFromBeforeIsRaisedAtACheckpoint() {
        var queue = new Queue<String>();
        Task<?> task = driven.start(() -> {
            queue.tryPut("element");
            Async.currentTask().cancel("no longer wanted");
            atomic(() -> {
                log.add("begins");
                queue.get();
            });
        });

        assertThat(task.state()).isEqualTo(State.CANCELLED);
        assertThat(log).containsExactly("begins");
        assertThat(queue.size()).as("nothing is lost").isOne();
    }

    @Test
    void timeoutInABodyDoesNotEndUnlessItsTimeIsZero() {
        var queue = new Queue<String>();
        driven.run(() -> {
            queue.tryPut("element");
            String element = atomic(() -> timeout(Duration.ofMillis(1), () -> {
                driven.ticker.advance(ONE_DAY);
                return queue.get();
            }));
            assertThat(element).isEqualTo("element");
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> atomic(() -> timeout(Duration.ZERO, () -> queue.get())));
            assertRefused(() -> atomic(() -> timeout(ONE_DAY, () -> queue.get())));
        });
    }

    @Test
    void timeoutAroundABodyIsRaisedBehindIt() {
        driven.run(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(Duration.ofMillis(1), () -> {
                    atomic(() -> driven.ticker.advance(ONE_DAY));
                    log.add("the body has ended");
                    sleep(ONE_DAY);
                })));

        assertThat(log).containsExactly("the body has ended");
    }

    @Test
    void waitInTheJdkIsNoticedAfterwardsByName() {
        var latch = new CountDownLatch(1);
        runTogether(
                () -> assertRefused(() -> atomic(() -> latch.await()))
                        .withMessageContaining("has suspended in java.util.concurrent.CountDownLatch.await")
                        .withMessageContaining("other code of EventLoop[hand-driven] may have run meanwhile"),
                () -> createTask(() -> createTask(() -> latch.countDown()))); // later than the question where it waits
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // gives the loop away, and nothing is waited for
    void waitInTheJdkThatIsOverAtOnceIsNoticedWithoutAName() {
        driven.run(() -> assertRefused(() -> atomic(() -> Thread.yield()))
                .withMessageContaining("has suspended in a call of the JDK"));
    }

    @Test
    void failureOfABodyThatHasWaitedInTheJdkTellsThatToo() {
        runTogether(() -> assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> atomic(() -> {
                    LockSupport.parkNanos(1_000_000);
                    throw new IOException("boom");
                }))
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(NotAtomicException.class)));
    }

    @Test
    void threadThatATaskHasStartedIsHeldToItToo() {
        runTogether(() -> {
            Thread guest = Thread.ofVirtual().start(() -> {
                assertRefused(() -> atomic(() -> sleep(ONE_DAY)));
                assertRefused(() -> atomic(() -> LockSupport.parkNanos(1_000_000)));
                log.add("refused");
            });
            guest.join();
        });

        assertThat(log).containsExactly("refused");
    }

    @Test
    void callbackIsHeldToItToo() {
        loop.callSoon(() -> atomic(() -> yieldNow()));
        driven.settle();

        assertThat(driven.takeReportedFailures())
                .singleElement()
                .extracting(Failure::exception)
                .isInstanceOf(NotAtomicException.class);
    }

    @Test
    void bodyOutsideOfALoopIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> atomic(() -> "result"))
                .withMessageContaining("Async.atomic needs an event loop");
    }
}
