package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.loop.sync.Event;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;

/** Events against asyncio's. */
class EventConformanceTest {
    private final Event event = new Event("a");
    private final List<String> log = new ArrayList<>();

    private Task<?> startAwaiting(String name) {
        return createTask(name, () -> {
            event.await();
            log.add(name);
        });
    }

    /** asyncio.Event: the flag is false at first. */
    @LoopTest
    void newEventIsNotSet() {
        assertThat(event.isSet()).isFalse();
    }

    /** test_locks.EventTests.test_wait: set wakes all who wait, in the order of arrival. */
    @LoopTest
    void setWakesAllInOrder() {
        for (String name : List.of("first", "second", "third")) {
            startAwaiting(name);
        }
        awaitAllTasksParked();
        assertThat(log).isEmpty();

        event.set();
        awaitAllTasksParked();

        assertThat(log).containsExactly("first", "second", "third");
        assertThat(event.statistics().waiting()).isZero();
    }

    /** test_locks.EventTests.test_wait_on_set: no wait while the flag is true. */
    @LoopTest
    void awaitReturnsWhileTheEventIsSet() {
        event.set();

        event.await();
        event.await();

        assertThat(event.isSet()).isTrue();
    }

    /** asyncio.Event.set: only sets the flag and makes the waiters ready; they run later. */
    @LoopTest
    void setDoesNotRunTheWaitersItself() {
        startAwaiting("waiter");
        awaitAllTasksParked();

        assertDoesNotSuspend(event::set);
        assertThat(log).isEmpty();

        awaitAllTasksParked();
        assertThat(log).containsExactly("waiter");
    }

    /** test_locks.EventTests.test_clear: the flag is false again. */
    @LoopTest
    void clearTakesSetBack() {
        event.set();

        event.clear();

        assertThat(event.isSet()).isFalse();
    }

    /** test_locks.EventTests.test_clear_with_waiters: who was woken goes on, though the flag is false again. */
    @LoopTest
    void waiterGoesOnWhenTheEventIsClearedBeforeItRuns() {
        startAwaiting("early");
        awaitAllTasksParked();

        event.set();
        event.clear();
        Task<?> late = startAwaiting("late");
        awaitAllTasksParked();

        assertThat(log).containsExactly("early");
        assertThat(late.isDone()).isFalse();
        event.set();
        late.await();
    }

    /** asyncio.Event.set: setting twice is setting once. */
    @LoopTest
    void setIsIdempotent() {
        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        event.set();
        event.set();
        waiter.await();

        assertThat(log).containsExactly("waiter");
    }

    /** test_locks.EventTests.test_wait_cancel: a cancelled waiter is forgotten, and the flag stays as it is. */
    @LoopTest
    void cancelledWaiterIsForgotten() {
        Task<?> waiter = startAwaiting("waiter");
        awaitAllTasksParked();

        waiter.cancel("not needed");
        awaitAllTasksParked();

        assertThat(waiter.isCancelled()).isTrue();
        assertThat(event.statistics()).isEqualTo(new Event.Statistics(false, 0));
    }
}
