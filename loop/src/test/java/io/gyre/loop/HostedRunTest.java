package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.VirtualClock;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop that is the guest of a thread with an event queue of its own, as a user interface has. */
class HostedRunTest {
    private final List<Failure> failures = new ArrayList<>();
    private final LoopOptions options = LoopOptions.defaults()
            .withName("guest")
            .withFailureHandler(this::failed)
            .withCloseTimeout(Duration.ofSeconds(5));
    private final HostThread host = new HostThread();

    private synchronized void failed(Failure failure) {
        failures.add(failure);
    }

    private synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    @AfterEach
    void leavesNothingBehind() {
        host.close();
        OtherThread.spinUntil(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("guest-waiter")));
    }

    // ---- what a guest can do

    @Test
    @Feature("Guest mode (UI toolkits, other event loops)")
    void tasksRunOnTheThreadOfTheHostAndTheResultComesThere() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var carriers = new ArrayList<Thread>();

        CompletableFuture<String> result = loop.runAsGuest(host, () -> {
            carriers.add(io.gyre.loop.internal.vthread.VirtualThreads.currentCarrier());
            Async.sleep(Duration.ofMillis(1));
            carriers.add(io.gyre.loop.internal.vthread.VirtualThreads.currentCarrier());
            return "done";
        });
        var completedOn = result.thenApply(
                value -> value + " on " + Thread.currentThread().getName());

        assertThat(completedOn.get())
                .isIn(
                        "done on host",
                        "done on main",
                        "done on " + Thread.currentThread().getName());
        assertThat(carriers).containsExactly(host.thread(), host.thread());
        assertThat(loop.isClosed()).isTrue();
        assertThat(failures()).isEmpty();
    }

    /** Some toolkits compare the current thread with theirs. */
    @Test
    void codeThatChecksItsThreadRunsAsAnEventOfTheHost() throws Exception {
        EventLoop loop = EventLoop.create(options);

        CompletableFuture<Thread> result =
                loop.runAsGuest(host, () -> Async.offload(host, () -> Thread.currentThread()));

        assertThat(result.get()).isEqualTo(host.thread());
    }

    @Test
    void loopWhoseHostRunsNoTurnCanBeClosed() {
        EventLoop loop = EventLoop.create(options);
        CompletableFuture<String> result = loop.runAsGuest(command -> {}, () -> "never");

        loop.close();

        assertThat(loop.isClosed()).isTrue();
        assertThat(result).isCompletedExceptionally();
    }

    @Test
    void hostWithSeveralThreadsIsRefused() {
        EventLoop loop = EventLoop.create(options);
        try (var first = new HostThread();
                var second = new HostThread()) {
            var turns = new AtomicInteger();
            Executor alternating = command -> (turns.incrementAndGet() % 2 == 0 ? first : second).execute(command);

            CompletableFuture<@Nullable Void> result = loop.runAsGuest(alternating, () -> {
                while (true) {
                    Async.yieldNow();
                }
            });

            assertThatThrownBy(result::get).hasRootCauseMessage("""
                    the host runs its commands on several threads, such as host and host. Pass a host with one thread: \
                    its thread counts as the loop's between two turns.""");
            assertThat(loop.isClosed()).isTrue();
        }
    }

    @Test
    void hostIsIdleWhileTheGuestWaits() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var waiting = new CountDownLatch(1);
        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            waiting.countDown();
            Async.sleep(Duration.ofDays(1));
        });
        waiting.await();
        host.call(() -> null);
        host.call(() -> null);
        OtherThread.spinUntil(() -> waiterState() == Thread.State.RUNNABLE); // in the select
        int turns = host.commands();

        host.call(() -> null); // an event of the host's own brings no turn

        assertThat(host.commands()).isEqualTo(turns + 1);
        assertThat(host.call(() -> loop.statistics().timers())).isEqualTo(1);
        result.cancel(true);
        awaitClosed(loop);
    }

    private static Thread.State waiterState() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("guest-waiter"))
                .findAny()
                .orElseThrow()
                .getState();
    }

    private static void awaitClosed(EventLoop loop) {
        OtherThread.spinUntil(loop::isClosed);
    }

    @Test
    void turnsAreBoundedHoweverLongTheGuestWorksAndWaits() throws Exception {
        EventLoop loop = EventLoop.create(options);
        int trips = 1_000;
        Pipe there = Pipe.open();
        Pipe back = Pipe.open();
        var peer = OtherThread.run(() -> {
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; i < trips; i++) {
                there.source().read(one.clear());
                back.sink().write(one.flip());
            }
        });

        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            back.source().configureBlocking(false);
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; i < trips; i++) {
                there.sink().write(one.clear());
                one.clear();
                while (back.source().read(one) == 0) {
                    LowLevel.awaitReadable(back.source());
                }
            }
            LowLevel.close(back.source());
        });

        result.get();
        peer.get();
        there.sink().close();
        there.source().close();
        back.sink().close();
        assertThat(host.commands()).isLessThan(2 * trips + 50);
    }

    @Test
    void timersFireInTheirOrderAndNeverEarly() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var order = new ArrayList<Integer>();

        loop.runAsGuest(host, () -> {
                    long begin = loop.time();
                    for (int millis : List.of(30, 10, 20)) {
                        loop.callAt(begin + Duration.ofMillis(millis).toNanos(), () -> order.add(millis));
                    }
                    Async.sleepUntil(begin + Duration.ofMillis(40).toNanos());
                    assertThat(loop.time() - begin)
                            .isGreaterThanOrEqualTo(Duration.ofMillis(40).toNanos());
                })
                .get();

        assertThat(order).containsExactly(10, 20, 30);
    }

    @Test
    void eventsOfTheHostRunBetweenTheTurnsOfABusyGuest() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var event = new LoopEvent();
        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            while (!event.happened) {
                Async.yieldNow();
            }
        });

        host.execute(() -> event.happened = true);

        result.get();
    }

    @Test
    void oneTurnDoesNotRunAllThatIsReadyIfThatTakesLong() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var event = new LoopEvent();
        var seen = new ArrayList<Boolean>();
        loop.runAsGuest(host, () -> {
                    for (int i = 0; i < 100; i++) {
                        Async.createTask(() -> {
                            long end = System.nanoTime() + Duration.ofMillis(1).toNanos();
                            while (System.nanoTime() - end < 0) {
                                Thread.onSpinWait();
                            }
                            if (seen.isEmpty()) {
                                host.execute(() -> event.happened = true);
                            }
                            seen.add(event.happened);
                        });
                    }
                    while (seen.size() < 100) {
                        Async.yieldNow();
                    }
                })
                .get();

        assertThat(seen).startsWith(false).contains(true);
    }

    private static final class LoopEvent {
        volatile boolean happened;
    }

    @Test
    void virtualClockJumpsForAGuestToo() throws Exception {
        var clock = VirtualClock.autojump();
        EventLoop loop = EventLoop.create(options.withTicker(clock));

        loop.runAsGuest(host, () -> Async.sleep(Duration.ofDays(1))).get();

        assertThat(clock.elapsed()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void twoGuestsShareAHost() throws Exception {
        EventLoop first = EventLoop.create(options);
        EventLoop second = EventLoop.create(options);
        var meet = new CompletableFuture<String>();

        CompletableFuture<String> waiting = first.runAsGuest(host, () -> Async.await(meet));
        CompletableFuture<?> telling = second.runAsGuest(host, () -> {
            Async.yieldNow();
            meet.complete("hello");
        });

        assertThat(waiting.get()).isEqualTo("hello");
        telling.get();
    }

    @Test
    void guestIsStartedByTheHostItself() throws Exception {
        CompletableFuture<String> result =
                host.call(() -> EventLoop.create(options).runAsGuest(host, () -> "result"));

        assertThat(result.get()).isEqualTo("result");
    }

    @Test
    void taskOfAGuestStartsAnotherGuest() throws Exception {
        EventLoop inner = EventLoop.create(options);
        EventLoop outer = EventLoop.create(options);

        CompletableFuture<String> result = outer.runAsGuest(host, () -> {
            var started = new CompletableFuture<CompletableFuture<String>>();
            host.execute(() -> started.complete(inner.runAsGuest(host, () -> "inner")));
            return Async.await(Async.await(started));
        });

        assertThat(result.get()).isEqualTo("inner");
        awaitClosed(inner);
    }

    // ---- the host between two turns

    @Test
    void hostCreatesTasksAndTimersAndSetsResults() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var parked = new CompletableFuture<LoopFuture<String>>();
        CompletableFuture<String> result = loop.runAsGuest(host, () -> {
            LoopFuture<String> future = loop.createFuture();
            parked.complete(future);
            return future.await();
        });
        LoopFuture<String> future = parked.get();

        var log = new ArrayList<String>();
        host.call(() -> {
            assertThat(loop.inLoop()).isTrue();
            loop.callSoon(() -> log.add("callback"));
            loop.createTask(() -> log.add("task"));
            loop.callLater(Duration.ofMillis(1), () -> future.setResult("from the host"));
            return null;
        });

        assertThat(result.get()).isEqualTo("from the host");
        assertThat(log).containsExactly("callback", "task");
    }

    @Test
    void hostThatUnparksATaskWakesTheGuest() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var lock = new ReentrantLock();
        host.call(() -> {
            lock.lock();
            return null;
        });
        CompletableFuture<String> result = loop.runAsGuest(host, () -> {
            lock.lock();
            try {
                return "locked";
            } finally {
                lock.unlock();
            }
        });
        OtherThread.spinUntil(lock::hasQueuedThreads);

        host.execute(lock::unlock);

        assertThat(result.get()).isEqualTo("locked");
    }

    /** As it does when it releases a lock of the JDK, while it hands over a turn or loads a class. */
    @Test
    void taskThatTheWaitingThreadUnparksContinues() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var main = new CompletableFuture<Thread>();
        Executor unparking = turn -> {
            host.execute(turn);
            if (isWaiter()) {
                host.settle(); // main is parked, and the waiting thread is free to wait
                LockSupport.unpark(main.join());
            }
        };

        CompletableFuture<String> result = loop.runAsGuest(unparking, () -> {
            main.complete(Thread.currentThread());
            Async.sleep(Duration.ofMillis(1));
            LockSupport.park();
            return "unparked";
        });

        assertThat(result.get()).isEqualTo("unparked");
    }

    @Test
    void hostMayNotWaitForItsGuest() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var started = new CompletableFuture<Task<?>>();
        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            started.complete(Async.currentTask());
            Async.sleepForever();
        });
        Task<?> main = started.get();

        host.call(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.call(() -> "never"))
                    .withMessageContaining("this thread is the host of EventLoop[guest]")
                    .withMessageContaining("createTask");
            assertThatIllegalStateException().isThrownBy(main::get).withMessageContaining("is the host of");
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.runOnce(Duration.ZERO))
                    .withMessageContaining("as a guest of");
            assertThatIllegalStateException().isThrownBy(() -> Async.sleep(Duration.ZERO));
            return null;
        });
        assertThatIllegalStateException()
                .isThrownBy(() -> loop.runAsGuest(host, () -> "twice"))
                .withMessageContaining("already running, as a guest of");
        assertThatExceptionOfType(WrongThreadException.class).isThrownBy(() -> loop.createTask(() -> ""));

        assertThat(loop.<String, RuntimeException>call(() -> "from another thread"))
                .isEqualTo("from another thread");
        host.call(() -> main.cancel("the test is over"));
        assertThatThrownBy(result::get).cause().isInstanceOf(CancelledException.class);
    }

    @Test
    void interruptOfTheHostIsLeftToTheHost() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var goOn = new CompletableFuture<String>();
        CompletableFuture<String> result = loop.runAsGuest(host, () -> Async.await(goOn));
        host.call(() -> null);

        boolean interrupted = host.call(() -> {
            Thread.currentThread().interrupt();
            loop.callSoon(() -> {});
            return true;
        });
        goOn.complete("went on");

        assertThat(interrupted).isTrue();
        assertThat(result.get()).isEqualTo("went on");
        assertThat(host.call(Thread::interrupted)).isTrue();
    }

    // ---- the end

    @Test
    void failureOfMainIsTheFailureOfTheResult() {
        var failure = new IllegalStateException("boom");

        CompletableFuture<?> result = EventLoop.create(options).runAsGuest(host, () -> {
            throw failure;
        });

        assertThatThrownBy(result::get).hasCause(failure);
        assertThat(failures()).isEmpty();
    }

    @Test
    void tasksThatAreLeftAreCancelledAndCleanUpOnTheHostInTurnsOfTheirOwn() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var cleanedUp = new ArrayList<Thread>();
        var hostWentOn = new CompletableFuture<String>();

        CompletableFuture<String> result = loop.runAsGuest(host, () -> {
            loop.createTask(() -> {
                try {
                    Async.sleepForever();
                } finally {
                    // the host is free meanwhile: it completes the future
                    host.execute(() -> hostWentOn.complete(""));
                    Async.shield(Duration.ofSeconds(5), () -> Async.await(hostWentOn));
                    cleanedUp.add(io.gyre.loop.internal.vthread.VirtualThreads.currentCarrier());
                }
            });
            Async.yieldNow();
            return "result";
        });

        assertThat(result.get()).isEqualTo("result");
        assertThat(cleanedUp).containsExactly(host.thread());
        assertThat(failures()).isEmpty();
    }

    @Test
    void cancelOfTheResultCancelsMain() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var parked = new CountDownLatch(1);
        var cancelled = new CountDownLatch(1);
        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            try {
                parked.countDown();
                Async.sleepForever();
            } catch (CancelledException e) {
                cancelled.countDown();
                throw e;
            }
        });
        parked.await();

        assertThat(result.cancel(true)).isTrue();

        cancelled.await();
        awaitClosed(loop);
        assertThat(failures()).isEmpty();
    }

    @Test
    void stopEndsTheRun() {
        EventLoop loop = EventLoop.create(options);
        CompletableFuture<?> result = loop.runAsGuest(host, () -> Async.sleepForever());

        loop.stop();

        assertThatThrownBy(result::get).cause().hasMessageContaining("the loop was stopped before task 'main'");
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void failureThatStopsTheLoopEndsTheRun() {
        EventLoop loop = EventLoop.create(options.withFailurePolicy(FailurePolicy.STOP_LOOP));

        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            loop.callSoon(() -> {
                throw new IllegalStateException("boom");
            });
            Async.sleepForever();
        });

        assertThatThrownBy(result::get).cause().isInstanceOf(LoopFailedException.class);
    }

    @Test
    void closeByTheHostEndsTheRunBeforeItReturns() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var parked = new CountDownLatch(1);
        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            parked.countDown();
            Async.sleepForever();
        });
        parked.await();
        assertThatIllegalStateException().isThrownBy(loop::close).withMessageContaining("as a guest of");

        host.call(() -> {
            loop.close();
            assertThat(result).isCompletedExceptionally();
            return null;
        });

        assertThat(loop.isClosed()).isTrue();
        assertThatThrownBy(result::get).cause().isInstanceOf(CancelledException.class);
        loop.close();
    }

    /** The waiter may be in the middle of a call of the host, which ends only when the host goes on. */
    @Test
    void closeByTheHostDoesNotWaitForACallThatWaitsForTheHost() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var waiterIsInTheHost = new CountDownLatch(1);
        var hostGoesOn = new CountDownLatch(1);
        Executor blocking = turn -> {
            host.execute(turn);
            if (isWaiter()) {
                waiterIsInTheHost.countDown();
                OtherThread.awaitUninterruptibly(hostGoesOn);
            }
        };
        CompletableFuture<?> result = loop.runAsGuest(blocking, () -> Async.sleepForever());
        host.call(() -> null);
        loop.wakeup();
        waiterIsInTheHost.await();

        host.call(() -> {
            loop.close();
            return null;
        });

        assertThat(loop.isClosed()).isTrue();
        assertThatThrownBy(result::get).cause().isInstanceOf(CancelledException.class);
        hostGoesOn.countDown();
    }

    private static boolean isWaiter() {
        return Thread.currentThread().getName().equals("guest-waiter");
    }

    @Test
    void closeByAHostThatGetsNoMoreTurnsWaitsForTheEnd() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var refusing = new LoopEvent();
        var cleaningUp = new CountDownLatch(1);
        var goOn = new CompletableFuture<String>();
        Executor moody = turn -> {
            if (refusing.happened) {
                throw new RejectedExecutionException("not now");
            }
            host.execute(turn);
        };
        CompletableFuture<?> result = loop.runAsGuest(moody, () -> {
            try {
                Async.sleepForever();
            } finally {
                cleaningUp.countDown();
                Async.shield(Duration.ofSeconds(5), () -> Async.await(goOn));
            }
        });
        host.call(() -> null);
        refusing.happened = true;
        loop.wakeup();
        cleaningUp.await();

        var begun = new CountDownLatch(1);
        var closing = new FutureTask<>(() -> {
            begun.countDown();
            loop.close();
            return loop;
        });
        host.execute(closing);
        begun.await();
        OtherThread.spinUntil(() -> host.thread().getState() == Thread.State.WAITING);
        assertThat(closing).isNotDone();
        goOn.complete("");

        assertThat(closing.get().isClosed()).isTrue();
        assertThatThrownBy(result::get).cause().isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void closeInATaskIsRefused() {
        EventLoop loop = EventLoop.create(options);

        assertThatThrownBy(loop.runAsGuest(host, loop::close)::get)
                .cause()
                .hasMessageContaining("close needs a platform thread");
    }

    // ---- hosts that fail

    @Test
    void hostThatRejectsATurnEndsTheRunAndEveryTaskCleansUp() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var parked = new CountDownLatch(1);
        var cleanedUp = new CountDownLatch(1);
        CompletableFuture<?> result = loop.runAsGuest(host, () -> {
            try {
                parked.countDown();
                Async.sleepForever();
            } finally {
                Async.shield(Duration.ofSeconds(5), () -> Async.sleep(Duration.ofMillis(1)));
                cleanedUp.countDown();
            }
        });
        parked.await();
        host.call(() -> null);
        host.close();

        loop.wakeup();

        cleanedUp.await();
        assertThatThrownBy(result::get).cause().isInstanceOf(RejectedExecutionException.class);
        assertThat(loop.isClosed()).isTrue();
        assertThat(failures()).singleElement().satisfies(failure -> assertThat(failure.message())
                .contains("the host of EventLoop[guest] has rejected a turn")
                .contains("guest-waiter"));
    }

    @Test
    void hostThatRejectsTheFirstTurnEndsTheRun() {
        host.close();
        EventLoop loop = EventLoop.create(options);

        CompletableFuture<?> result = loop.runAsGuest(host, () -> "never");

        assertThatThrownBy(result::get).cause().isInstanceOf(RejectedExecutionException.class);
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void hostThatEndsDuringATurnEndsTheRunWithTheOutcomeOfMain() throws Exception {
        EventLoop loop = EventLoop.create(options);

        CompletableFuture<String> result = loop.runAsGuest(host, () -> {
            loop.createTask(() -> Async.sleepForever());
            host.refuse();
            return "result";
        });

        assertThat(result.get()).isEqualTo("result");
        assertThat(failures()).hasSize(1);
    }

    @Test
    void threadThatIsGoneIsNoHostAnyMore() throws Exception {
        EventLoop loop = EventLoop.create(options);
        var parked = new CountDownLatch(1);
        var silent = new HostThread();
        CompletableFuture<?> result = loop.runAsGuest(silent::executeOrDrop, () -> {
            parked.countDown();
            Async.sleepForever();
        });
        parked.await();
        silent.close();
        silent.thread().join();
        loop.wakeup(); // a turn that the host drops

        loop.close();

        assertThatThrownBy(result::get).cause().isInstanceOf(CancelledException.class);
    }

    @Test
    void hostThatRunsCommandsInPlaceIsRefused() {
        Executor direct = Runnable::run;
        EventLoop loop = EventLoop.create(options);

        CompletableFuture<?> result = loop.runAsGuest(direct, () -> "never");

        assertThatThrownBy(result::get)
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in the thread that hands it over");
    }

    @Test
    void hostThatRunsCommandsInPlaceOnItsOwnThreadIsRefused() {
        Executor oftenDirect = command -> {
            if (Thread.currentThread() == host.thread()) {
                command.run();
            } else {
                host.execute(command);
            }
        };

        CompletableFuture<?> result = EventLoop.create(options).runAsGuest(oftenDirect, () -> {
            while (true) {
                Async.yieldNow();
            }
        });

        assertThatThrownBy(result::get)
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in the thread that hands it over");
    }

    @Test
    void hostWithoutMemoryForATurnGetsItLater() throws Exception {
        var calls = new AtomicInteger();
        Executor full = turn -> {
            if (calls.incrementAndGet() % 2 == 1) {
                throw new OutOfMemoryError("a test");
            }
            host.execute(turn);
        };

        CompletableFuture<String> result = EventLoop.create(options).runAsGuest(full, () -> {
            for (int i = 0; i < 10; i++) {
                Async.yieldNow(); // the host hands over the next turn
                Async.sleep(Duration.ofNanos(1)); // the waiter does
            }
            return "done";
        });

        assertThat(result.get()).isEqualTo("done");
        assertThat(failures()).isEmpty();
    }

    @Test
    void turnThatTheHostRejectsAndRunsOrRunsTwiceIsOneTurn() throws Exception {
        EventLoop loop = EventLoop.create(options);
        Executor sloppy = turn -> {
            host.execute(turn);
            if (isWaiter()) {
                host.settle();
            }
            host.execute(turn);
            if (isWaiter()) {
                throw new RejectedExecutionException("and yet it has run");
            }
        };

        CompletableFuture<String> result = loop.runAsGuest(sloppy, () -> {
            for (int i = 0; i < 10; i++) {
                Async.yieldNow();
                Async.sleep(Duration.ofNanos(1));
            }
            Async.await(CompletableFuture.runAsync(() -> {}));
            return "done";
        });

        assertThat(result.get()).isEqualTo("done");
        assertThat(failures()).isEmpty();
    }

    @Test
    void anotherLoopIsNoHost() throws Exception {
        EventLoop loop = EventLoop.create(options);
        try (var portal = LoopPortal.start()) {
            CompletableFuture<?> result = loop.runAsGuest(portal.loop(), () -> "never");

            assertThatThrownBy(result::get).cause().hasMessageContaining("another EventLoop cannot be the host");
        }
    }

    @Test
    void threadThatCannotBeStartedLeavesTheLoopAsItWas() {
        EventLoop loop = EventLoop.create(options);
        assertThatThrownBy(() ->
                        HostedRun.start(loop.core, host, this, () -> "never", body -> new Thread(body, "guest-waiter") {
                            @Override
                            public void start() {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                        }))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(loop.isRunning()).isFalse();
        assertThat(loop.<String, RuntimeException>runUntilComplete(() -> "as before"))
                .isEqualTo("as before");
        loop.close();
    }

    @Test
    void closedLoopIsNoGuest() {
        EventLoop loop = EventLoop.create(options);
        loop.close();

        assertThatExceptionOfType(LoopClosedException.class)
                .isThrownBy(() -> loop.runAsGuest(host, () -> ""))
                .withMessageContaining("runAsGuest");
    }

    @Test
    void taskIsNoPlaceToStartAGuest() {
        EventLoop loop = EventLoop.create(options);

        EventLoop.run(() -> assertThatIllegalStateException()
                .isThrownBy(() -> loop.runAsGuest(host, () -> ""))
                .withMessageContaining("runAsGuest needs a platform thread"));

        loop.close();
    }
}
