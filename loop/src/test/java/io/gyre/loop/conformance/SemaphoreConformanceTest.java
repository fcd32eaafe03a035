package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Task;
import io.gyre.loop.sync.Semaphore;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;

/** Semaphores against asyncio's {@code Semaphore} and {@code BoundedSemaphore}. */
class SemaphoreConformanceTest {
    private final List<String> log = new ArrayList<>();

    private Task<?> startAcquiring(String name, Semaphore semaphore) {
        return createTask(name, () -> {
            semaphore.acquire();
            log.add(name);
        });
    }

    /** test_locks.SemaphoreTests.test_initial_value_zero: locked from the start. */
    @LoopTest
    void semaphoreMayStartWithoutPermits() {
        var semaphore = new Semaphore(0);

        assertThat(semaphore.tryAcquire()).isFalse();
        semaphore.release();
        assertThat(semaphore.tryAcquire()).isTrue();
    }

    /** test_locks.SemaphoreTests.test_semaphore_value: a ValueError there. */
    @LoopTest
    void negativeNumberOfPermitsIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Semaphore(-1));
    }

    /** test_locks.SemaphoreTests.test_acquire: as many get in as there are permits, then one for each release. */
    @LoopTest
    void acquireWaitsOnlyWhenThereIsNoPermit() {
        var semaphore = new Semaphore(3);
        semaphore.acquire();
        semaphore.acquire();
        for (String name : List.of("first", "second", "third", "fourth")) {
            startAcquiring(name, semaphore);
        }
        awaitAllTasksParked();
        assertThat(log).containsExactly("first");

        semaphore.release();
        semaphore.release();
        awaitAllTasksParked();
        assertThat(log).containsExactly("first", "second", "third");

        semaphore.release();
        awaitAllTasksParked();
        assertThat(log).endsWith("fourth");
    }

    /** test_locks.SemaphoreTests.test_acquire_fifo_order_2: also when several are released at once. */
    @LoopTest
    void waitersAreServedInOrderOfArrival() {
        var semaphore = new Semaphore(0);
        for (String name : List.of("first", "second", "third")) {
            startAcquiring(name, semaphore);
        }
        awaitAllTasksParked();

        for (int i = 0; i < 3; i++) {
            semaphore.release();
        }
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "second", "third");
    }

    /** test_locks.SemaphoreTests.test_acquire_fifo_order: tasks that come again take turns. */
    @LoopTest
    void tasksThatComeAgainTakeTurns() {
        var semaphore = new Semaphore(1);
        for (String name : List.of("a", "b", "c")) {
            createTask(() -> {
                for (int round = 1; round <= 2; round++) {
                    semaphore.acquire();
                    log.add(name + round);
                    yieldNow();
                    semaphore.release();
                }
            });
        }
        awaitAllTasksParked();

        assertThat(log).containsExactly("a1", "b1", "c1", "a2", "b2", "c2");
    }

    /** test_locks.SemaphoreTests.test_acquire_fifo_order_3: those behind a cancelled waiter keep their order. */
    @LoopTest
    void thoseBehindACancelledWaiterKeepTheirOrder() {
        var semaphore = new Semaphore(0);
        Task<?> first = startAcquiring("first", semaphore);
        startAcquiring("second", semaphore);
        startAcquiring("third", semaphore);
        awaitAllTasksParked();

        first.cancel("not needed");
        awaitAllTasksParked();
        semaphore.release();
        semaphore.release();
        awaitAllTasksParked();

        assertThat(log).containsExactly("second", "third");
    }

    /** test_locks.SemaphoreTests.test_acquire_fifo_order_4: it is locked while a woken task has not run yet. */
    @LoopTest
    void nobodyOvertakesAWaiter() {
        var semaphore = new Semaphore(0);
        startAcquiring("waiter", semaphore);
        awaitAllTasksParked();

        semaphore.release();

        assertThat(semaphore.tryAcquire()).isFalse();
        awaitAllTasksParked();
        assertThat(log).containsExactly("waiter");
    }

    /** test_locks.SemaphoreTests.test_acquire_cancel: the waiter is forgotten and no permit is gone. */
    @LoopTest
    void cancelledWaiterTakesNoPermit() {
        var semaphore = new Semaphore(1);
        semaphore.acquire();
        Task<?> waiter = startAcquiring("waiter", semaphore);
        awaitAllTasksParked();

        waiter.cancel("not needed");
        awaitAllTasksParked();

        assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(0, 0));
        semaphore.release();
        assertThat(semaphore.permits()).isEqualTo(1);
    }

    /** test_locks.SemaphoreTests.test_acquire_cancel_before_awoken: the permit goes to one that is still there. */
    @LoopTest
    void permitGoesToTheFirstWaiterThatIsNotCancelled() {
        var semaphore = new Semaphore(0);
        Task<?> first = startAcquiring("first", semaphore);
        Task<?> second = startAcquiring("second", semaphore);
        Task<?> third = startAcquiring("third", semaphore);
        Task<?> fourth = startAcquiring("fourth", semaphore);
        awaitAllTasksParked();

        first.cancel("not needed");
        second.cancel("not needed");
        semaphore.release();
        awaitAllTasksParked();

        assertThat(third.isDone()).isTrue();
        assertThat(fourth.isDone()).isFalse();
        semaphore.release();
        fourth.await();
        assertThat(log).containsExactly("third", "fourth");
    }

    /** test_locks.SemaphoreTests.test_acquire_no_hang: a cancellation loses no permit. Here the task has it first. */
    @LoopTest
    void permitIsNotLostToACancellationAfterTheRelease() {
        var semaphore = new Semaphore(0);
        Task<?> cancelled = createTask(() -> semaphore.withPermit(() -> {}));
        Task<?> next = startAcquiring("next", semaphore);
        awaitAllTasksParked();

        semaphore.release();
        cancelled.cancel("too late");
        next.await();

        assertThat(log).containsExactly("next");
        assertThat(semaphore.permits()).isZero();
    }

    /** test_locks.SemaphoreTests.test_release_not_acquired: a BoundedSemaphore refuses, with a ValueError there. */
    @LoopTest
    void boundedSemaphoreRefusesAReleaseTooMany() {
        Semaphore semaphore = Semaphore.bounded(1);

        assertThatIllegalStateException().isThrownBy(semaphore::release);
        assertThat(semaphore.permits()).isEqualTo(1);
    }

    /** asyncio.Semaphore.release: more often than acquire is allowed, unlike for a BoundedSemaphore. */
    @LoopTest
    void unboundedSemaphoreGrows() {
        var semaphore = new Semaphore(1);

        semaphore.release();

        assertThat(semaphore.permits()).isEqualTo(2);
    }

    /** asyncio.Semaphore: "async with semaphore" has a permit for the block. */
    @LoopTest
    void tryStatementHasAPermitForItsBlock() {
        var semaphore = new Semaphore(2);

        try (var _ = semaphore.hold()) {
            assertThat(semaphore.permits()).isEqualTo(1);
        }

        assertThat(semaphore.permits()).isEqualTo(2);
    }
}
