package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Task;
import io.gyre.loop.sync.LifoQueue;
import io.gyre.loop.sync.PriorityQueue;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.QueueShutDownException;
import io.gyre.loop.testing.LoopTest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Queues against asyncio's. {@code get_nowait} and {@code put_nowait} are {@code tryGet} and {@code tryPut}: empty and false
 * where asyncio raises QueueEmpty and QueueFull.
 */
class QueueConformanceTest {
    private final List<String> log = new ArrayList<>();

    private Task<?> startGetting(String name, Queue<Integer> queue) {
        Task<?> task = createTask(name, () -> {
            try {
                log.add(name + " got " + queue.get());
            } catch (QueueShutDownException e) {
                log.add(name + " shut down");
            }
        });
        awaitAllTasksParked();
        return task;
    }

    private Task<?> startPutting(int item, Queue<Integer> queue) {
        Task<?> task = createTask("put " + item, () -> {
            try {
                queue.put(item);
                log.add("put " + item);
            } catch (QueueShutDownException e) {
                log.add("put " + item + " shut down");
            }
        });
        awaitAllTasksParked();
        return task;
    }

    private static List<Integer> drain(Queue<Integer> queue) {
        var items = new ArrayList<Integer>();
        while (!queue.isEmpty()) {
            items.add(queue.get());
        }
        return items;
    }

    private static <Q extends Queue<Integer>> Q filled(Q queue, int... items) {
        for (int item : items) {
            queue.put(item);
        }
        return queue;
    }

    // ---- size and order

    /** test_queues.QueueBasicTests.test_empty, test_full. */
    @LoopTest
    void queueKnowsWhetherItIsEmptyOrFull() {
        var queue = new Queue<Integer>(1);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.isFull()).isFalse();

        queue.put(1);

        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.isFull()).isTrue();
    }

    /** asyncio.Queue: infinite unless a size is given. */
    @LoopTest
    void queueIsUnboundedByDefault() {
        var queue = new Queue<Integer>();
        for (int i = 0; i < 1_000; i++) {
            assertThat(queue.tryPut(i)).isTrue();
        }

        assertThat(queue.isFull()).isFalse();
        assertThat(queue.size()).isEqualTo(1_000);
    }

    /** test_queues.QueueBasicTests.test_order: first in, first out. */
    @LoopTest
    void queueGivesTheFirstItemFirst() {
        assertThat(drain(filled(new Queue<>(), 1, 3, 2))).containsExactly(1, 3, 2);
    }

    /** test_queues.LifoQueueTests.test_order: last in, first out. */
    @LoopTest
    void lifoQueueGivesTheLastItemFirst() {
        assertThat(drain(filled(new LifoQueue<>(), 1, 3, 2))).containsExactly(2, 3, 1);
    }

    /** test_queues.PriorityQueueTests.test_order: the least first. */
    @LoopTest
    void priorityQueueGivesTheLeastItemFirst() {
        assertThat(drain(filled(new PriorityQueue<>(Comparator.naturalOrder()), 1, 3, 2)))
                .containsExactly(1, 2, 3);
    }

    // ---- get

    /** test_queues.QueueGetTests.test_nonblocking_get, test_nonblocking_get_exception. */
    @LoopTest
    void tryGetReturnsAnItemOrNothing() {
        Queue<Integer> queue = filled(new Queue<>(), 1);

        assertThat(queue.tryGet()).contains(1);
        assertThat(queue.tryGet()).isEmpty();
    }

    /** test_queues.QueueGetTests.test_blocking_get_wait: get waits for a put. */
    @LoopTest
    void getWaitsForAnItem() {
        var queue = new Queue<Integer>();
        startGetting("getter", queue);
        assertThat(log).isEmpty();

        queue.put(1);
        awaitAllTasksParked();

        assertThat(log).containsExactly("getter got 1");
    }

    /** test_queues.QueueGetTests.test_get_with_waiting_putters: each get lets the next putter in. */
    @LoopTest
    void getLetsTheFirstPutterIn() {
        Queue<Integer> queue = filled(new Queue<>(1), 1);
        startPutting(2, queue);
        startPutting(3, queue);

        assertThat(queue.get()).isEqualTo(1);
        awaitAllTasksParked();
        assertThat(log).containsExactly("put 2");

        assertThat(drain(queue)).containsExactly(2, 3);
    }

    /** test_queues.QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters. */
    @LoopTest
    void cancelledGetterIsForgotten() {
        var queue = new Queue<Integer>();
        Task<?> getter = startGetting("getter", queue);

        getter.cancel("not needed");
        awaitAllTasksParked();

        assertThat(queue.statistics().getting()).isZero();
    }

    /** test_queues.QueueGetTests.test_get_cancelled_race: the item goes to the getter that is still there. */
    @LoopTest
    void itemPassesACancelledGetter() {
        var queue = new Queue<Integer>();
        Task<?> cancelled = startGetting("cancelled", queue);
        startGetting("next", queue);

        cancelled.cancel("not needed");
        queue.put(1);
        awaitAllTasksParked();

        assertThat(log).containsExactly("next got 1");
    }

    /** asyncio.Queue.get: getters are served in the order of arrival. */
    @LoopTest
    void gettersAreServedInOrderOfArrival() {
        var queue = new Queue<Integer>();
        startGetting("first", queue);
        startGetting("second", queue);

        queue.put(1);
        queue.put(2);
        awaitAllTasksParked();

        assertThat(log).containsExactly("first got 1", "second got 2");
    }

    // ---- put

    /** test_queues.QueuePutTests.test_nonblocking_put, test_nonblocking_put_exception. */
    @LoopTest
    void tryPutPutsOnlyIfThereIsRoom() {
        var queue = new Queue<Integer>(1);

        assertThat(queue.tryPut(1)).isTrue();
        assertThat(queue.tryPut(2)).isFalse();

        assertThat(drain(queue)).containsExactly(1);
    }

    /** test_queues.QueuePutTests.test_blocking_put_wait: put waits for a get. */
    @LoopTest
    void putWaitsForRoom() {
        Queue<Integer> queue = filled(new Queue<>(1), 1);
        startPutting(2, queue);
        assertThat(log).isEmpty();

        assertThat(queue.get()).isEqualTo(1);
        awaitAllTasksParked();

        assertThat(log).containsExactly("put 2");
        assertThat(drain(queue)).containsExactly(2);
    }

    /** test_queues.QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters: nor does the item come out. */
    @LoopTest
    void itemOfACancelledPutterIsNotPut() {
        Queue<Integer> queue = filled(new Queue<>(1), 1);
        Task<?> putter = startPutting(2, queue);

        putter.cancel("not needed");
        awaitAllTasksParked();

        assertThat(drain(queue)).containsExactly(1);
        assertThat(queue.statistics().putting()).isZero();
    }

    /** test_queues.QueuePutTests.test_put_cancelled_race: the room goes to the putter that is still there. */
    @LoopTest
    void roomPassesACancelledPutter() {
        Queue<Integer> queue = filled(new Queue<>(1), 1);
        Task<?> cancelled = startPutting(2, queue);
        startPutting(3, queue);

        cancelled.cancel("not needed");
        assertThat(queue.get()).isEqualTo(1);
        awaitAllTasksParked();

        assertThat(log).containsExactly("put 3");
        assertThat(drain(queue)).containsExactly(3);
    }

    // ---- join

    /** test_queues.QueueJoinTests.test_task_done_underflow: a ValueError there. */
    @LoopTest
    void taskDoneTooOftenIsAnError() {
        for (Queue<Integer> queue : kinds()) {
            assertThatIllegalStateException().isThrownBy(queue::taskDone);
        }
    }

    /** test_queues.QueueJoinTests.test_task_done: join waits until each item that was got is done. */
    @LoopTest
    void joinWaitsUntilAllItemsAreDone() {
        for (Queue<Integer> queue : kinds()) {
            filled(queue, 1, 2);
            Task<?> joining = createTask(queue::join);

            drain(queue);
            queue.taskDone();
            awaitAllTasksParked();
            assertThat(joining.isDone()).as("%s", queue).isFalse();

            queue.taskDone();
            joining.await();
        }
    }

    /** test_queues.QueueJoinTests.test_join_empty_queue: returns, again and again. */
    @LoopTest
    void joinOfAnEmptyQueueReturns() {
        for (Queue<Integer> queue : kinds()) {
            queue.join();
            queue.join();
        }
    }

    /** asyncio.Queue.join: all who wait go on; items that are put later begin anew. */
    @LoopTest
    void joinBeginsAnewWithTheNextItem() {
        Queue<Integer> queue = filled(new Queue<>(), 1);
        Task<?> first = createTask(queue::join);
        Task<?> second = createTask(queue::join);
        queue.get();
        queue.taskDone();
        first.await();
        second.await();

        queue.put(2);
        Task<?> third = createTask(queue::join);
        awaitAllTasksParked();
        assertThat(third.isDone()).isFalse();

        queue.taskDone();
        third.await();
    }

    private static List<Queue<Integer>> kinds() {
        return List.of(new Queue<>(), new LifoQueue<>(), new PriorityQueue<>(Comparator.naturalOrder()));
    }

    // ---- shutdown

    /** test_queues.QueueShutdownTests.test_shutdown_empty: get and put raise QueueShutDown, both kinds of each. */
    @LoopTest
    void emptyQueueThatIsShutDownRefusesEverything() {
        for (Queue<Integer> queue : kinds()) {
            queue.shutdown(false);

            assertShutDown(queue::get);
            assertShutDown(queue::tryGet);
            assertShutDown(() -> queue.put(1));
            assertShutDown(() -> queue.tryPut(1));
        }
    }

    /** test_queues.QueueShutdownTests.test_shutdown_nonempty: the items can still be got. */
    @LoopTest
    void itemsCanBeGotAfterTheShutdown() {
        for (Queue<Integer> queue : kinds()) {
            filled(queue, 1, 2);
            queue.shutdown(false);

            assertThat(drain(queue)).containsExactlyInAnyOrder(1, 2);
            assertShutDown(queue::get);
        }
    }

    /** test_queues.QueueShutdownTests.test_shutdown_immediate: the items are gone. */
    @LoopTest
    void immediateShutdownDropsTheItems() {
        for (Queue<Integer> queue : kinds()) {
            filled(queue, 1, 2);

            queue.shutdown(true);

            assertThat(queue.isEmpty()).isTrue();
            assertShutDown(queue::get);
        }
    }

    /** test_queues.QueueShutdownTests.test_shutdown_immediate_with_unfinished: items in work keep join waiting. */
    @LoopTest
    void joinWaitsForItemsInWorkAfterAnImmediateShutdown() {
        Queue<Integer> queue = filled(new Queue<>(), 1, 2);
        queue.get();
        Task<?> joining = createTask(queue::join);

        queue.shutdown(true);
        awaitAllTasksParked();
        assertThat(joining.isDone()).isFalse();

        queue.taskDone();
        joining.await();
        assertThatIllegalStateException().isThrownBy(queue::taskDone);
    }

    /** asyncio.Queue.shutdown: may be repeated; nothing more happens, except that it may become immediate. */
    @LoopTest
    void shutdownMayBeRepeated() {
        Queue<Integer> queue = filled(new Queue<>(), 1);
        Task<?> joining = createTask(queue::join);
        queue.shutdown(false);
        queue.shutdown(false);
        awaitAllTasksParked();
        assertThat(joining.isDone()).isFalse();

        queue.shutdown(true);
        queue.shutdown(true);

        joining.await();
        assertThat(queue.isShutDown()).isTrue();
    }

    /** test_queues.QueueShutdownTests.test_shutdown_empty: those who wait in get are woken with QueueShutDown. */
    @LoopTest
    void shutdownWakesGetters() {
        var queue = new Queue<Integer>();
        startGetting("first", queue);
        startGetting("second", queue);

        queue.shutdown(false);
        awaitAllTasksParked();

        assertThat(log).containsExactly("first shut down", "second shut down");
    }

    /** test_queues.QueueShutdownTests.test_shutdown_nonempty: those who wait in put are woken, and have put nothing. */
    @LoopTest
    void shutdownWakesPutters() {
        Queue<Integer> queue = filled(new Queue<>(1), 1);
        startPutting(2, queue);
        startPutting(3, queue);

        queue.shutdown(false);
        awaitAllTasksParked();

        assertThat(log).containsExactly("put 2 shut down", "put 3 shut down");
        assertThat(drain(queue)).containsExactly(1);
    }

    private static void assertShutDown(Runnable call) {
        assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(call::run);
    }
}
