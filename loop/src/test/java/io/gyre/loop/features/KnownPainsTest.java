package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopLog;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What users of other loops suffer from, by issues of those, and what happens here instead. */
class KnownPainsTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new CopyOnWriteArrayList<>();

    private void sleepOrLog(String line) {
        try {
            sleep(ONE_DAY);
        } catch (CancelledException e) {
            log.add(line);
            throw e;
        }
    }

    private static String fail() throws IOException {
        throw new IOException("boom");
    }

    /** 1: tasks vanish, because the loop has weak references only. python/cpython#91887, #94972; litellm#5559. */
    @Test
    void taskThatNobodyElseHoldsDoesNotVanish() {
        driven.run(() -> createTask(() -> {
            sleep(ONE_SECOND);
            log.add("still there");
        }));

        System.gc();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("still there");
    }

    /** 2: background failures are lost, or reported at some collection. python/asyncio#397, #399; yalexs-ble#327. */
    @Test
    @Feature("Creation site of a task")
    void backgroundFailureIsReportedAtOnceWithThePlaceOfItsTask() {
        loop.createTask("background", () -> fail());
        driven.tick();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.source()).isEqualTo("background");
            assertThat(failure.exception()).hasMessage("boom");
            assertThat(failure.createdAt()).contains("KnownPainsTest.java:");
        });
    }

    /** 3: nobody sees who blocks the loop while it is blocked. MagicStack/uvloop#656; python/cpython#101946. */
    @Test
    @Feature("Blocked-loop watchdog")
    void blockerOfTheLoopIsNamedWithItsStackWhileItBlocks() {
        assertThat(LoopOptions.defaults().slowStep()).as("by default").isPositive();
        LoopOptions impatient = LoopOptions.defaults().withSlowStep(Duration.ofMillis(1));

        try (var logged = new LoopLog()) {
            EventLoop.run(impatient, () -> {
                createTask("thinker", () -> logged.computeUntilLogged("task 'thinker' has kept", 1))
                        .await();
            });

            assertThat(logged.first("task 'thinker' has kept"))
                    .contains("LoopLog.computeUntilLogged")
                    .contains("created at io.gyre.loop.features.KnownPainsTest.");
        }
    }

    /** 5: one stuck task wedges everything. tokio-rs/tokio#4730; oxidecomputer/omicron#9619. */
    @Test
    void blockingSocketAndAlwaysReadyQueueLetTheOthersRun() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (var server = new ServerSocket(0, 1, here);
                var client = new Socket(here, server.getLocalPort());
                var peer = server.accept()) {
            EventLoop.run(() -> {
                Task<Integer> reader = createTask(() -> client.getInputStream().read());
                while (reader.waitsFor() == null) {
                    yieldNow();
                }
                peer.getOutputStream().write(42);
                assertThat(reader.await()).isEqualTo(42);

                var queue = new Queue<String>();
                Task<?> other = createTask(() -> log.add("had its turn"));
                for (int i = 0; i < 1_000 && !other.isDone(); i++) {
                    queue.put("always ready");
                }
            });
        }

        assertThat(log).containsExactly("had its turn");
    }

    /** 6: wait_for hides a cancellation that meets its result. python/cpython#86296. */
    @Test
    void cancellationThatMeetsTheResultInATimeoutIsNotHidden() {
        LoopFuture<String> future = loop.createFuture();
        Task<?> task = driven.start(() -> {
            Task<?> self = currentTask();
            log.add(timeout(ONE_DAY, () -> {
                assertThat(currentTask()).as("no inner task").isSameAs(self);
                return future.await();
            }));
            sleepOrLog("cancelled at the next checkpoint");
        });

        future.setResult("value");
        task.cancel("in the same tick");
        driven.settle();

        assertThat(log).containsExactly("value", "cancelled at the next checkpoint");
        assertThat(task.isCancelled()).isTrue();
    }

    /** 7: a catch-all swallows a cancellation, and the task runs on. Kotlin/kotlinx.coroutines#1814. */
    @Test
    void swallowedCancellationIsRaisedAgainAndATaskThatIgnoresItIsReported() {
        var stubborn = new HandDrivenLoop(options -> options.withCloseTimeout(Duration.ofMillis(20)));
        var released = new CountDownLatch(1);
        Task<?> careless = stubborn.start(() -> {
            for (int i = 0; i < 2; i++) {
                try {
                    sleep(ONE_DAY);
                } catch (RuntimeException swallowed) {
                    log.add("swallowed");
                }
            }
            yieldNow();
            log.add("ran on");
        });
        stubborn.loop.createTask("stubborn", () -> {
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException ignored) {
                    // stubborn
                }
            }
            return "";
        });
        careless.cancel("enough");
        stubborn.settle();
        assertThat(careless.isCancelled()).isTrue();

        stubborn.loop.close();

        assertThat(log).containsExactly("swallowed", "swallowed");
        assertThat(stubborn.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.what())
                .contains("'stubborn' was cancelled and has not ended"));
        released.countDown();
    }

    /** 8: counters of requests go wrong when groups, time-outs and errors nest. python/cpython#95289, #116720, #133747. */
    @Test
    void nestedGroupsTimeoutsAndErrorsLeaveNoCancellationBehind() {
        Task<?> task = driven.start(() -> {
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(
                            ONE_SECOND,
                            () -> TaskGroup.run(outer -> {
                                assertThatExceptionOfType(TaskGroupException.class)
                                        .isThrownBy(() -> TaskGroup.run(inner -> {
                                            inner.createTask(() -> sleep(ONE_DAY));
                                            inner.createTask(() -> fail());
                                            sleep(ONE_DAY);
                                        }));
                                outer.createTask(() -> sleep(ONE_DAY));
                            })));
            yieldNow();
            log.add("went on");
        });

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("went on");
        assertThat(task.isCancelled()).isFalse();
    }

    /** 8, the other way round: a request that arrives while another one unwinds. python/cpython#155433, #128588. */
    @Test
    void cancellationThatArrivesWhileATimeoutUnwindsIsNotLost() {
        Task<?> task = driven.start(() -> {
            try {
                timeout(ONE_SECOND, () -> {
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        currentTask().cancel("while the time-out unwinds");
                    }
                });
            } catch (TimeoutException e) {
                log.add("time-out");
            }
            sleepOrLog("cancelled, too");
        });

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("time-out", "cancelled, too");
        assertThat(task.isCancelled()).isTrue();
    }

    /** 9: a group cannot be ended early. python/cpython#108951. */
    @Test
    void groupCanBeEndedEarlyWithoutAnError() {
        driven.run(() -> {
            TaskGroup.run(group -> {
                group.createTask(() -> sleepOrLog("child ended early"));
                group.createTask(() -> group.cancel("enough"));
            });
            log.add("went on");
        });

        assertThat(log).containsExactly("child ended early", "went on");
    }

    /** 10: a time-out looks like a cancellation. Kotlin/kotlinx.coroutines#1374, #961, #2394. */
    @Test
    @Feature("Time-outs are not cancellations")
    void timeoutIsATypeOfItsOwnAndFailsATaskThatDoesNotCatchIt() {
        Task<?> task = loop.createTask(() -> timeout(ONE_SECOND, () -> {
            sleep(ONE_DAY);
            return "";
        }));
        task.whenDone(done -> {});
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(task.isCancelled()).isFalse();
        assertThat(task.exceptionNow())
                .isInstanceOf(TimeoutException.class)
                .isNotInstanceOf(CancellationException.class);
    }

    /** 11: gather leaves the siblings of a failure running. python/cpython#75633; python/asyncio#238. */
    @Test
    void gatherLeavesNoSiblingRunningAfterAFailure() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> gather(() -> fail(), () -> {
                    sleepOrLog("sibling cancelled");
                    return "";
                })));

        assertThat(log).containsExactly("sibling cancelled");
        assertThat(loop.tasks()).isEmpty();
    }

    /** 12: shield orphans the work, and loses its exceptions. python/cpython#86802. */
    @Test
    void shieldOrphansNothingAndLosesNoException() {
        Task<?> task = loop.createTask(() -> shield(ONE_DAY, () -> {
            sleep(ONE_SECOND);
            return fail();
        }));
        task.whenDone(done -> log.add("" + done.exceptionNow()));
        driven.settle();

        task.cancel("enough");
        driven.settle();
        assertThat(loop.tasks()).as("no task but the one that shields").containsExactly(task);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("java.io.IOException: boom");
    }

    /** 13: an item is lost when its receive is cancelled or times out. python/asyncio#201; python/cpython#92824. */
    @Test
    void itemIsNotLostWhenItsReceiveIsCancelledOrTimesOut() {
        var queue = new Queue<String>();
        Task<?> receiver = driven.start(() -> {
            log.add("got " + queue.get());
            yieldNow();
        });
        Task<?> early = driven.start(() -> log.add(timeout(ONE_SECOND, queue::get)));

        driven.run(() -> {
            queue.put("first");
            receiver.cancel("in the same tick");
            early.cancel("before the second");
            queue.put("second");
        });

        assertThat(receiver.isCancelled()).isTrue();
        assertThat(early.isCancelled()).isTrue();
        assertThat(log).containsExactly("got first");
        assertThat(driven.call(queue::get)).isEqualTo("second");
    }

    /** 15: work in an executor cannot be cancelled, and keeps the process alive. python/cpython#107505, #111358. */
    @Test
    void offloadedCallIsInterruptedAndItsThreadNeverKeepsTheProcessAlive() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Task<?> task = driven.start(() -> offload(() -> {
            log.add("daemon: " + Thread.currentThread().isDaemon());
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
        }));
        begun.await();

        task.cancel("enough");
        driven.settle();
        interrupted.await();

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("daemon: true");
    }

    /** 18: a loop cannot be run from a running loop. python/cpython#66435; nest_asyncio. */
    @Test
    @Feature("Nested event loops")
    void loopCanBeRunInATaskOfARunningLoop() {
        String value = EventLoop.run(() -> {
            Task<?> other = createTask(() -> log.add("the outer loop goes on"));
            String inner =
                    EventLoop.run(() -> createTask(() -> "from a nested loop").await());
            other.await();
            return inner;
        });

        assertThat(value).isEqualTo("from a nested loop");
        assertThat(log).containsExactly("the outer loop goes on");
    }

    /** 19: there is no virtual clock in the box. pytest-asyncio#83, #95; anyio#260. */
    @Test
    void virtualClockIsInTheBox() {
        var clock = VirtualClock.autojump();

        EventLoop.run(LoopOptions.defaults().withTicker(clock), () -> sleep(ONE_DAY));

        assertThat(clock.elapsed()).isEqualTo(ONE_DAY);
    }

    /** 20: nobody can tell which task of a stalled program waits for which. python-trio/trio#182, #1085; anyio#462. */
    @Test
    @Feature("Wait reason of a task")
    void taskOfAStalledProgramSaysWhatItWaitsFor() {
        var lock = new Lock("account");
        Task<?> holder = loop.createTask("holder", () -> lock.withLock(() -> sleep(ONE_DAY)));
        Task<?> second = loop.createTask("second", () -> lock.withLock(() -> {}));
        Task<?> third = loop.createTask("third", () -> second.await());
        driven.settle();

        assertThat(holder.waitsFor()).startsWith("a sleep, due in ");
        assertThat(second.waitsFor()).isEqualTo("Lock[account] held by task 'holder'");
        assertThat(third.waitsFor()).isEqualTo("task 'second'");
        assertThat(second.stackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("withLock");
        List.of(third, second, holder).forEach(task -> task.cancel("the test is over"));
    }

    /** 21: a lock shared with a parked virtual thread stops the loop. franz1981#4, #8; netty/netty#13204. */
    @Test
    @Feature("Callbacks that block do not stop the loop")
    void lockThatAParkedTaskHoldsDoesNotStopTheLoop() throws Exception {
        var lock = new ReentrantLock();
        loop.createTask(() -> {
            lock.lock();
            try {
                sleep(ONE_SECOND);
            } finally {
                lock.unlock();
            }
        });
        driven.settle();
        loop.callSoon(() -> {
            lock.lock();
            try {
                log.add("callback has the lock");
            } finally {
                lock.unlock();
            }
        });
        loop.callSoon(() -> log.add("the loop goes on"));
        driven.settle();
        assertThat(log).containsExactly("the loop goes on");
        assertThat(OtherThread.call(lock::isLocked).get()).isTrue();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("the loop goes on", "callback has the lock");
    }
}
