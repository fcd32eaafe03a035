package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.Task;
import io.gyre.loop.sync.Barrier;
import io.gyre.loop.sync.BarrierBrokenException;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;

/** Barriers against asyncio's. */
class BarrierConformanceTest {
    private final Barrier barrier = new Barrier(3);
    private final List<Integer> indices = new ArrayList<>();
    private final List<String> log = new ArrayList<>();

    private Task<?> startParty(String name) {
        Task<?> task = createTask(name, () -> {
            try {
                indices.add(barrier.await());
                log.add(name);
            } catch (BarrierBrokenException e) {
                log.add(name + " broken");
            }
        });
        awaitAllTasksParked();
        return task;
    }

    /** test_locks.BarrierTests.test_filling_task_by_task: nobody goes on before the last has come, then all do. */
    @LoopTest
    void allGoOnWhenTheLastHasCome() {
        startParty("first");
        startParty("second");
        assertThat(log).isEmpty();
        assertThat(barrier.statistics().waiting()).isEqualTo(2);

        startParty("third");

        assertThat(log).containsExactlyInAnyOrder("first", "second", "third");
        assertThat(barrier.statistics()).isEqualTo(new Barrier.Statistics(3, 0, false));
    }

    /** test_locks.BarrierTests.test_filling_tasks_check_return_value: 0 to parties - 1, another one for each task. */
    @LoopTest
    void eachPartyGetsANumberOfItsOwn() {
        startParty("first");
        startParty("second");
        startParty("third");

        assertThat(indices).containsExactlyInAnyOrder(0, 1, 2);
    }

    /** asyncio.Barrier.wait: the last to come does not wait for the others to leave. */
    @LoopTest
    void lastPartyDoesNotWait() {
        startParty("first");
        startParty("second");

        assertDoesNotSuspend(barrier::await);

        assertThat(log).isEmpty();
        awaitAllTasksParked();
        assertThat(log).containsExactly("first", "second");
    }

    /** test_locks.BarrierTests.test_filling_one_task_twice: a barrier of one is always open. */
    @LoopTest
    void barrierOfOneIsOpen() {
        var one = new Barrier(1);

        assertThat(one.await()).isZero();
        assertThat(one.await()).isZero();
    }

    /** test_locks.BarrierTests.test_filling_tasks_wait_twice: it closes again behind those who left. */
    @LoopTest
    void barrierIsReused() {
        for (String name : List.of("a1", "b1", "c1", "a2", "b2")) {
            startParty(name);
        }
        assertThat(log).containsExactlyInAnyOrder("a1", "b1", "c1");

        startParty("c2");

        assertThat(log.subList(3, 6)).containsExactlyInAnyOrder("a2", "b2", "c2");
    }

    /** test_locks.BarrierTests.test_filling_tasks_cancel_one: another one has to come in its place. */
    @LoopTest
    void cancelledPartyOnlyLeaves() {
        startParty("first");
        Task<?> cancelled = startParty("cancelled");
        cancelled.cancel("not needed");
        awaitAllTasksParked();
        assertThat(barrier.statistics()).isEqualTo(new Barrier.Statistics(3, 1, false));

        startParty("second");
        assertThat(log).isEmpty();
        startParty("third");

        assertThat(log).containsExactlyInAnyOrder("first", "second", "third");
        assertThat(indices).containsExactlyInAnyOrder(0, 1, 2);
    }

    /** test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting: they get a BrokenBarrierError, the barrier is not broken. */
    @LoopTest
    void resetSendsThoseAwayWhoWait() {
        startParty("first");
        startParty("second");

        barrier.reset();
        awaitAllTasksParked();

        assertThat(log).containsExactlyInAnyOrder("first broken", "second broken");
        assertThat(barrier.isBroken()).isFalse();
    }

    /** test_locks.BarrierTests.test_reset_barrier: with nobody there, nothing happens. */
    @LoopTest
    void resetOfAnEmptyBarrierChangesNothing() {
        barrier.reset();

        assertThat(barrier.statistics()).isEqualTo(new Barrier.Statistics(3, 0, false));
    }

    /** test_locks.BarrierTests.test_abort_barrier: those who wait and those who come get a BrokenBarrierError. */
    @LoopTest
    void abortBreaksItForThoseWhoWaitAndThoseWhoCome() {
        startParty("waiting");

        barrier.abort();
        awaitAllTasksParked();

        assertThat(log).containsExactly("waiting broken");
        assertThat(barrier.isBroken()).isTrue();
        assertThatExceptionOfType(BarrierBrokenException.class).isThrownBy(barrier::await);
    }

    /** test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting: reset mends it. */
    @LoopTest
    void resetMendsABrokenBarrier() {
        barrier.abort();

        barrier.reset();
        startParty("first");
        startParty("second");
        startParty("third");

        assertThat(log).containsExactlyInAnyOrder("first", "second", "third");
    }

    /** asyncio.Barrier: ValueError for fewer than one party. */
    @LoopTest
    void barrierOfNobodyIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Barrier(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Barrier(-1));
    }
}
