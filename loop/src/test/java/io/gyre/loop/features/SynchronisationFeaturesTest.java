package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.Feature;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.sync.Barrier;
import io.gyre.loop.sync.BarrierBrokenException;
import io.gyre.loop.sync.CapacityLimiter;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Condition;
import io.gyre.loop.sync.Event;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.Semaphore;
import io.gyre.loop.testing.LoopTest;
import java.nio.channels.Pipe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

class SynchronisationFeaturesTest {
    private final List<String> log = new ArrayList<>();

    private static Task<?> start(String name, VoidBody<Exception> body) {
        Task<?> task = createTask(name, body);
        awaitAllTasksParked();
        return task;
    }

    @LoopTest
    @Feature("Mutex (lock)")
    void lockIsFairAndChecksItsOwner() {
        var lock = new Lock("account");
        try (var _ = lock.hold()) {
            for (String name : List.of("first", "second", "third")) {
                start(name, () -> lock.withLock(() -> log.add(name)));
            }
            assertThatIllegalStateException().isThrownBy(lock::acquire).withMessageContaining("holds Lock[account]");
            Task<?> thief = start("thief", () -> assertThatIllegalStateException()
                    .isThrownBy(lock::release)
                    .withMessageContaining("does not hold"));
            thief.await();
        }
        assertThat(lock.isLocked()).as("handed over, not free for anybody").isTrue();
        assertThat(lock.tryAcquire()).isFalse();
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "second", "third");
        assertThat(lock.tryAcquire()).isTrue();
        lock.release();
    }

    @LoopTest
    @Feature("Event")
    void eventIsResettableAndAConflatedChannelKeepsOnePermit() {
        var event = new Event("ready");
        start("early", () -> {
            event.await();
            log.add("early");
        });
        event.set();
        assertDoesNotSuspend(() -> event.await());
        event.clear();
        start("late", () -> {
            event.await();
            log.add("late");
        });
        assertThat(log).containsExactly("early");
        event.set();
        awaitAllTasksParked();
        assertThat(log).containsExactly("early", "late");

        Channel<String> permit = Channel.conflated();
        permit.sender().send("given before anybody waits");
        permit.sender().send("given once more");
        permit.receiver().receive();
        assertThat(permit.receiver().tryReceive()).as("a second permit").isEmpty();
    }

    @LoopTest
    @Feature("Condition variable")
    void conditionWaitsForAPredicate() {
        var stock = new ArrayDeque<String>();
        var condition = new Condition(new Lock("stock"));
        Task<?> customer = start("customer", () -> condition.lock().withLock(() -> {
            condition.await(() -> stock.size() >= 2);
            log.addAll(stock);
        }));

        for (String item : List.of("bread", "milk")) {
            assertThat(customer.isDone()).isFalse();
            condition.lock().withLock(() -> {
                stock.add(item);
                condition.signal();
            });
            awaitAllTasksParked();
        }

        assertThat(log).containsExactly("bread", "milk");
    }

    @LoopTest
    @Feature("Semaphore")
    void semaphoreCanBeBoundedAndGivesManyPermitsAtOnce() {
        var semaphore = Semaphore.bounded("connections", 3);
        semaphore.acquire(2);
        start("many", () -> {
            semaphore.acquire(3);
            log.add("many");
        });
        start("one", () -> {
            semaphore.acquire();
            log.add("one");
        });
        assertThat(semaphore.tryAcquire()).as("overtaking").isFalse();

        semaphore.release(2);
        awaitAllTasksParked();
        assertThat(log).containsExactly("many");
        semaphore.release(3);
        awaitAllTasksParked();
        assertThat(log).containsExactly("many", "one");

        semaphore.release();
        assertThatIllegalStateException().isThrownBy(semaphore::release);
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.acquire(4));
        var unbounded = new Semaphore(0);
        unbounded.release(5);
        assertThat(unbounded.permits()).isEqualTo(5);
    }

    @LoopTest
    @Feature("Conflict detection: two users of one resource")
    void twoTasksOnTheSameResourceAreToldWhoIsBusyWithIt() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        Task<?> holder = start("holder", () -> LowLevel.awaitReadable(pipe.source()));

        Task<?> intruder = start("intruder", () -> assertThatExceptionOfType(BusyException.class)
                .isThrownBy(() -> LowLevel.awaitReadable(pipe.source()))
                .withMessageContaining("'intruder'")
                .withMessageContaining("'holder'"));

        intruder.await();
        holder.cancelAndJoin("the test is over");
        LowLevel.close(pipe.source());
        pipe.sink().close();
    }

    @LoopTest
    @Feature("Capacity limiter")
    void capacityLimiterKnowsItsBorrowersAndIsResizable() {
        var limiter = new CapacityLimiter("parsers", 1);
        limiter.acquireOnBehalfOf("first");
        assertThatIllegalStateException().isThrownBy(() -> limiter.acquireOnBehalfOf("first"));
        Task<?> waiter = start(
                "waiter",
                () -> limiter.withToken(() -> {
                    log.add("got a token");
                    yieldNow();
                }));
        assertThat(limiter.statistics()).isEqualTo(new CapacityLimiter.Statistics(1, 1, List.of("first"), 1));

        limiter.resize(2);
        assertThat(limiter.statistics().borrowers()).containsExactlyInAnyOrder("first", waiter);
        waiter.await();
        limiter.releaseOnBehalfOf("first");

        assertThat(log).containsExactly("got a token");
        assertThat(limiter.statistics()).isEqualTo(new CapacityLimiter.Statistics(0, 2, List.of(), 0));
    }

    @LoopTest
    @Feature("Barrier")
    void barrierIsReusableHasAnActionAndCanBeAborted() {
        var barrier = new Barrier("round", 2, () -> log.add("action"));
        Task<?> other = start("other", () -> {
            log.add("other " + barrier.await());
            log.add("other " + barrier.await());
            assertThatExceptionOfType(BarrierBrokenException.class).isThrownBy(barrier::await);
        });

        for (int round = 0; round < 2; round++) {
            log.add("main " + barrier.await());
            awaitAllTasksParked();
        }
        barrier.abort();
        other.await();

        assertThat(log).containsExactly("action", "main 1", "other 0", "action", "main 1", "other 0");
        assertThat(barrier.isBroken()).isTrue();
    }

    @LoopTest
    @Feature("Statistics of each primitive")
    void eachPrimitiveHasStatisticsOfItsWaiters() {
        var lock = new Lock();
        var event = new Event();
        var semaphore = new Semaphore(0);
        var barrier = new Barrier(2);
        var queue = new Queue<String>(4);
        Channel<String> channel = Channel.open();
        var condition = new Condition();
        List<Task<?>> waiters = new ArrayList<>();

        lock.acquire();
        waiters.add(start("lock", lock::acquire));
        waiters.add(start("event", event::await));
        waiters.add(start("semaphore", semaphore::acquire));
        waiters.add(start("barrier", barrier::await));
        waiters.add(start("queue", queue::get));
        waiters.add(start("channel", () -> channel.receiver().receive()));
        waiters.add(start("condition", () -> condition.lock().withLock(() -> condition.await())));

        assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(currentTask(), 1));
        assertThat(event.statistics()).isEqualTo(new Event.Statistics(false, 1));
        assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(0, 1));
        assertThat(barrier.statistics()).isEqualTo(new Barrier.Statistics(2, 1, false));
        assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(0, 4, 1, 0, 0, 0, false));
        assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(0, 0, 0, 0, 1, 1, 0, 1));
        assertThat(condition.statistics().waiting()).isEqualTo(1);
        waiters.forEach(waiter -> waiter.cancelAndJoin("the test is over"));
    }

    @LoopTest
    @Feature("Broken-lock detection: the holder has ended")
    void lockThatAnEndedTaskHasNotReleasedIsAnError() {
        var lock = new Lock("account");
        var end = new Event();
        Task<?> careless = start("careless", () -> {
            lock.acquire();
            end.await();
        });
        Task<?> waiting = start("waiting", () -> assertThatIllegalStateException()
                .isThrownBy(lock::acquire)
                .withMessageContaining("task 'careless' ended without releasing Lock[account]"));

        end.set();
        careless.await();
        waiting.await();

        assertThatIllegalStateException()
                .isThrownBy(lock::acquire)
                .withMessageContaining("task 'careless' ended without releasing Lock[account]");
    }

    @LoopTest
    @Feature("Parking lot: primitives of your own")
    void lowLevelParkHasAnAbortFunction() {
        Task<?> unparked = start("unparked", () -> {
            LowLevel.park("a place of its own", () -> true);
            log.add("unparked");
        });
        Task<?> aborted = start("aborted", () -> assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> LowLevel.park("another place", () -> log.add("abort handler"))));
        assertThat(unparked.waitsFor()).isEqualTo("a place of its own");

        assertThat(LowLevel.unpark(unparked)).isTrue();
        assertThat(LowLevel.unpark(unparked)).as("twice").isFalse();
        aborted.cancel("enough");
        awaitAllTasksParked();

        assertThat(log).containsExactlyInAnyOrder("unparked", "abort handler");
        assertThat(aborted.isDone()).isTrue();
    }
}
