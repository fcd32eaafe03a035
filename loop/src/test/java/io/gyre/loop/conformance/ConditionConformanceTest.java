package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.sync.Condition;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;

/** Conditions against asyncio's: {@code wait}, {@code notify} and {@code notify_all} are await, signal and signalAll. */
class ConditionConformanceTest {
    private final Lock lock = new Lock("a");
    private final Condition condition = new Condition(lock);
    private final List<String> log = new ArrayList<>();

    private Task<?> startAwaiting(String name) {
        return createTask(
                name,
                () -> lock.withLock(() -> {
                    condition.await();
                    log.add(name);
                }));
    }

    private void startThree() {
        for (String name : List.of("first", "second", "third")) {
            startAwaiting(name);
        }
        awaitAllTasksParked();
    }

    /** test_locks.ConditionTests.test_wait: the lock is free while tasks wait, and held again when one goes on. */
    @LoopTest
    void awaitReleasesTheLockAndReturnsHoldingIt() {
        Task<?> waiter = createTask(
                "waiter",
                () -> lock.withLock(() -> {
                    condition.await();
                    log.add("held by " + lock.statistics().owner());
                }));
        awaitAllTasksParked();
        assertThat(lock.isLocked()).isFalse();

        lock.withLock(() -> condition.signal());
        waiter.await();

        assertThat(log).containsExactly("held by task 'waiter'");
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.ConditionTests.test_notify: one is woken, then as many as asked, in the order of arrival. */
    @LoopTest
    void signalWakesAsManyAsAskedInOrderOfArrival() {
        startThree();

        lock.withLock(() -> condition.signal());
        awaitAllTasksParked();
        assertThat(log).containsExactly("first");

        lock.withLock(() -> condition.signal(2));
        awaitAllTasksParked();
        assertThat(log).containsExactly("first", "second", "third");
    }

    /** asyncio.Condition.notify: fewer than asked is no error. */
    @LoopTest
    void signalOfMoreThanWaitWakesThose() {
        startThree();

        lock.withLock(() -> condition.signal(1_000));
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "second", "third");
    }

    /** test_locks.ConditionTests.test_notify_all: all that wait are woken. */
    @LoopTest
    void signalAllWakesAll() {
        startThree();

        lock.withLock(() -> condition.signalAll());
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "second", "third");
    }

    /** asyncio.Condition.notify: a signal that nobody waits for is not kept. */
    @LoopTest
    void signalWithoutWaitersIsNotKept() {
        lock.withLock(() -> condition.signal());

        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        assertThat(waiter.isDone()).isFalse();
        waiter.cancel("the test is over");
    }

    /** asyncio.Condition.notify: does not release the lock; the woken task waits for that. */
    @LoopTest
    void signalledTaskWaitsUntilTheLockIsReleased() {
        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        lock.withLock(() -> {
            condition.signal();
            awaitAllTasksParked();
            assertThat(log).isEmpty();
        });
        waiter.await();

        assertThat(log).containsExactly("waiter");
    }

    /** test_locks.ConditionTests.test_wait_for: asked after each notification, until it is true. */
    @LoopTest
    void predicateIsAskedAfterEachSignal() {
        int[] stock = {0};
        Task<?> waiter = createTask(() -> lock.withLock(() -> condition.await(() -> stock[0] >= 2)));
        awaitAllTasksParked();

        for (int i = 1; i <= 2; i++) {
            assertThat(waiter.isDone()).isFalse();
            lock.withLock(() -> {
                stock[0]++;
                condition.signal();
            });
            awaitAllTasksParked();
        }

        assertThat(waiter.isDone()).isTrue();
    }

    /** asyncio.Condition.wait_for: does not wait if the predicate is true at once. */
    @LoopTest
    void truePredicateNeedsNoSignal() {
        lock.withLock(() -> condition.await(() -> true));

        assertThat(condition.statistics().waiting()).isZero();
    }

    /** test_locks.ConditionTests.test_wait_unacquired: a RuntimeError there. */
    @LoopTest
    void awaitWithoutTheLockIsAnError() {
        assertThatIllegalStateException().isThrownBy(condition::await);
    }

    /** test_locks.ConditionTests.test_wait_for_unacquired: a RuntimeError there if it has to wait; here always. */
    @LoopTest
    void predicateWaitWithoutTheLockIsAnError() {
        assertThatIllegalStateException().isThrownBy(() -> condition.await(() -> false));
        assertThatIllegalStateException().isThrownBy(() -> condition.await(() -> true));
    }

    /** test_locks.ConditionTests.test_notify_unacquired and test_notify_all_unacquired. */
    @LoopTest
    void signalWithoutTheLockIsAnError() {
        assertThatIllegalStateException().isThrownBy(condition::signal);
        assertThatIllegalStateException().isThrownBy(condition::signalAll);
    }

    /** test_locks.ConditionTests.test_wait_cancel: the waiter is forgotten. */
    @LoopTest
    void cancelledWaiterIsForgotten() {
        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        waiter.cancel("not needed");
        awaitAllTasksParked();

        assertThat(waiter.isCancelled()).isTrue();
        assertThat(condition.statistics().waiting()).isZero();
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.ConditionTests.test_wait_cancel_contested: the cancellation is raised only once the lock is held again. */
    @LoopTest
    void cancelledWaiterAcquiresTheLockFirst() {
        Task<?> waiter = createTask(
                "waiter",
                () -> lock.withLock(() -> {
                    try {
                        condition.await();
                    } catch (CancelledException e) {
                        log.add("held by " + lock.statistics().owner());
                        throw e;
                    }
                }));
        awaitAllTasksParked();

        lock.withLock(() -> {
            waiter.cancel("contested");
            awaitAllTasksParked();
            assertThat(waiter.isDone()).isFalse();
        });
        awaitAllTasksParked();

        assertThat(log).containsExactly("held by task 'waiter'");
        assertThat(waiter.isCancelled()).isTrue();
    }

    /** test_locks.ConditionTests.test_wait_cancel_after_notify: no lock is left held. There the wait raises, here it returns. */
    @LoopTest
    void waiterCancelledAfterTheSignalLeavesTheLockFree() {
        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        lock.withLock(() -> {
            condition.signal();
            waiter.cancel("after the signal");
        });
        awaitAllTasksParked();

        assertThat(waiter.isDone()).isTrue();
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.ConditionTests.test_cancelled_wakeup, test_cancelled_wakeup_relock: the signal is not lost. */
    @LoopTest
    void signalOfATaskThatIsCancelledIsNotLost() {
        int[] stock = {0};
        Task<?> cancelled = startConsuming("cancelled", stock);
        startConsuming("other", stock);
        awaitAllTasksParked();

        lock.withLock(() -> {
            stock[0]++;
            condition.signal();
            cancelled.cancel("at the same time");
        });
        awaitAllTasksParked();

        assertThat(stock[0]).as("what was signalled is consumed").isZero();
        assertThat(log).hasSize(1);
        lock.withLock(() -> {
            stock[0]++;
            condition.signal();
        });
        awaitAllTasksParked();
        assertThat(log).hasSize(2);
    }

    private Task<?> startConsuming(String name, int[] stock) {
        return createTask(
                name,
                () -> lock.withLock(() -> {
                    while (stock[0] == 0) {
                        condition.await();
                    }
                    stock[0]--;
                    log.add(name);
                }));
    }

    /** asyncio.Condition: "multiple Condition objects may share one Lock", each with waiters of its own. */
    @LoopTest
    void conditionsMayShareALock() {
        var other = new Condition(lock);
        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        lock.withLock(() -> other.signalAll());
        awaitAllTasksParked();
        assertThat(waiter.isDone()).isFalse();

        lock.withLock(() -> condition.signalAll());
        waiter.await();
        assertThat(other.lock()).isSameAs(condition.lock());
    }
}
