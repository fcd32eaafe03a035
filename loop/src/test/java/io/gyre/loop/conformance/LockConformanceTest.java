package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Task;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;

/**
 * Locks against asyncio's. Not compared, because {@link Lock} differs on purpose: only its owner may release it, where
 * asyncio lets any task do so.
 */
class LockConformanceTest {
    private final Lock lock = new Lock("a");
    private final List<String> log = new ArrayList<>();

    private Task<?> startAcquiring(String name) {
        return createTask(name, () -> lock.withLock(() -> log.add(name)));
    }

    /** test_locks.LockTests.test_repr: unlocked when it is made, and says so. */
    @LoopTest
    void newLockIsFree() {
        assertThat(lock.isLocked()).isFalse();
        assertThat(lock).hasToString("Lock[a]");
    }

    /** asyncio.Lock.acquire: returns once the lock is held. */
    @LoopTest
    void acquireLocksAndReleaseFrees() {
        lock.acquire();
        assertThat(lock.isLocked()).isTrue();

        lock.release();
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.LockTests.test_acquire: each release lets one waiter in, in the order of arrival. */
    @LoopTest
    void releaseLetsWaitersInOneByOne() {
        lock.acquire();
        for (String name : List.of("first", "second", "third")) {
            startAcquiring(name);
        }
        awaitAllTasksParked();
        assertThat(log).isEmpty();

        lock.release();
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "second", "third");
    }

    /** asyncio.Lock.acquire: "acquiring a lock is fair", also for the task that has just released it. */
    @LoopTest
    void taskThatAcquiresAgainGoesBehindThoseWhoWait() {
        lock.acquire();
        startAcquiring("first");
        startAcquiring("second");
        awaitAllTasksParked();

        lock.release();
        lock.withLock(() -> log.add("again"));

        assertThat(log).containsExactly("first", "second", "again");
    }

    /** test_locks.LockTests.test_acquire_cancel: a cancelled waiter gets nothing and is forgotten. */
    @LoopTest
    void cancelledWaiterIsForgotten() {
        lock.acquire();
        Task<?> waiter = startAcquiring("waiter");
        awaitAllTasksParked();

        waiter.cancel("not needed");
        awaitAllTasksParked();

        assertThat(waiter.isCancelled()).isTrue();
        assertThat(lock.statistics().waiting()).isZero();
        lock.release();
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.LockTests.test_cancel_race: release and cancellation of one waiter at once; those behind it go on. */
    @LoopTest
    void thoseBehindACancelledWaiterGetTheLock() {
        lock.acquire();
        startAcquiring("first");
        Task<?> cancelled = startAcquiring("cancelled");
        startAcquiring("third");
        awaitAllTasksParked();

        cancelled.cancel("not needed");
        lock.release();
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "third");
    }

    /** test_locks.LockTests.test_cancel_release_race, the other way round: here the cancelled task still gets the lock first. */
    @LoopTest
    void lockIsNotLostToACancellationAfterTheRelease() {
        lock.acquire();
        Task<?> cancelled = createTask("cancelled", () -> lock.withLock(() -> {}));
        startAcquiring("next");
        awaitAllTasksParked();

        lock.release();
        cancelled.cancel("too late");
        awaitAllTasksParked();

        assertThat(log).containsExactly("next");
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.LockTests.test_finished_waiter_cancelled: the next waiter is woken in place of the cancelled one. */
    @LoopTest
    void lockIsNotLostToACancellationBeforeTheRelease() {
        lock.acquire();
        Task<?> cancelled = startAcquiring("cancelled");
        startAcquiring("next");
        awaitAllTasksParked();

        cancelled.cancel("in the same tick");
        lock.release();
        awaitAllTasksParked();

        assertThat(log).containsExactly("next");
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.LockTests.test_release_not_acquired: a RuntimeError there. */
    @LoopTest
    void releaseOfAFreeLockIsAnError() {
        assertThatIllegalStateException().isThrownBy(lock::release);
        assertThat(lock.isLocked()).isFalse();
    }

    /** test_locks.LockTests.test_release_no_waiters: the lock is free at once. */
    @LoopTest
    void releaseDoesNotSuspend() {
        lock.acquire();

        assertDoesNotSuspend(lock::release);

        assertThat(lock.tryAcquire()).isTrue();
        lock.release();
    }

    /** test_locks.LockTests.test_context_manager: "async with lock" holds it for the block. */
    @LoopTest
    void tryStatementHoldsTheLockForItsBlock() {
        try (var _ = lock.hold()) {
            assertThat(lock.isLocked()).isTrue();
        }

        assertThat(lock.isLocked()).isFalse();
    }
}
