package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueTest {
    private final Queue<String> queue = new Queue<>("jobs", 2);
    private final List<String> log = new ArrayList<>();

    private Task<?> startGetting(String name) {
        return start(name, () -> log.add(name + " got " + queue.get()));
    }

    private Task<?> startPutting(String item) {
        return start("putting " + item, () -> {
            queue.put(item);
            log.add("put " + item);
        });
    }

    private List<String> drain() {
        var items = new ArrayList<String>();
        for (var item = queue.tryGet(); item.isPresent(); item = queue.tryGet()) {
            items.add(item.get());
        }
        return items;
    }

    @Test
    void itemsComeOutInOrder() throws Exception {
        Loops.run(() -> {
            var received = new ArrayList<Integer>();
            var numbers = new Queue<Integer>(1);
            createTask(() -> {
                for (int i = 0; i < 500; i++) {
                    numbers.put(i);
                }
            });
            for (int i = 0; i < 500; i++) {
                received.add(numbers.get());
            }
            assertThat(received).isSorted().hasSize(500);
        });
    }

    @Test
    void gettersAreServedInOrderOfArrival() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third")) {
                startGetting(name);
            }
            for (String item : List.of("1", "2", "3")) {
                queue.put(item);
            }
            settle();
            assertThat(log).containsExactly("first got 1", "second got 2", "third got 3");
        });
    }

    @Test
    void puttersAreServedInOrderOfArrival() throws Exception {
        Loops.run(() -> {
            for (String item : List.of("1", "2", "3", "4")) {
                startPutting(item);
            }
            assertThat(log).containsExactly("put 1", "put 2");
            assertThat(queue.isFull()).isTrue();

            assertThat(queue.get()).isEqualTo("1");
            assertThat(queue.tryPut("overtaking")).isFalse();
            assertThat(drain()).containsExactly("2", "3", "4");
            settle();
            assertThat(log).containsExactly("put 1", "put 2", "put 3", "put 4");
        });
    }

    @Test
    void itemHandedToACancelledGetterIsDelivered() throws Exception {
        Loops.run(() -> {
            Task<?> getter = startGetting("getter");
            queue.put("item");
            getter.cancel("too late");
            settle();
            assertThat(log).containsExactly("getter got item");
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    @Test
    void itemOfACancelledPutterDoesNotComeOut() throws Exception {
        Loops.run(() -> {
            queue.put("1");
            queue.put("2");
            Task<?> putter = startPutting("cancelled");
            startPutting("3");
            cancel(putter);
            assertThat(drain()).containsExactly("1", "2", "3");
        });
    }

    @Test
    void tryMethodsNeverWait() throws Exception {
        Loops.run(() -> {
            assertThat(queue.tryGet()).isEmpty();
            assertThat(queue.tryPut("1")).isTrue();
            assertThat(queue.tryPut("2")).isTrue();
            assertThat(queue.tryPut("3")).isFalse();
            assertThat(queue.tryGet()).contains("1");
            assertThat(queue.size()).isEqualTo(1);
        });
    }

    @Test
    void callbackMayPut() throws Exception {
        Loops.run(() -> {
            EventLoop.current().callSoon(() -> queue.tryPut("from a callback"));
            assertThat(queue.get()).isEqualTo("from a callback");
        });
    }

    @Test
    void alwaysReadyQueueLetsOthersRun() throws Exception {
        Loops.run(() -> {
            var numbers = new Queue<Integer>();
            Task<?> busy = createTask(() -> {
                for (int i = 0; i < 1_000; i++) {
                    numbers.put(i);
                    numbers.get();
                }
            });
            int turns = 0;
            while (!busy.isDone()) {
                turns++;
                yieldNow();
            }
            assertThat(turns).isGreaterThanOrEqualTo(15);
        });
    }

    @Test
    void joinWaitsUntilAllItemsAreDone() throws Exception {
        Loops.run(() -> {
            queue.put("1");
            queue.put("2");
            Task<?> joining = start("joining", queue::join);
            queue.get();
            queue.taskDone();
            queue.get();
            settle();
            assertThat(joining.isDone()).isFalse();

            queue.taskDone();
            settle();
            assertThat(joining.isDone()).isTrue();
            queue.join();
            assertThatIllegalStateException()
                    .isThrownBy(queue::taskDone)
                    .withMessageContaining("Call it once for each item");
        });
    }

    @Test
    void itemOfAPutterThatHadToWaitIsWaitedForToo() throws Exception {
        Loops.run(() -> {
            queue.put("1");
            queue.put("2");
            startPutting("3");
            for (int i = 0; i < 2; i++) {
                queue.get();
                queue.taskDone();
            }
            Task<?> joining = start("joining", queue::join);
            assertThat(joining.isDone()).isFalse();
            queue.get();
            queue.taskDone();
            joining.await();
        });
    }

    @Test
    void shutdownLetsGettersHaveTheRest() throws Exception {
        Loops.run(() -> {
            queue.put("1");
            queue.shutdown(false);
            assertThatExceptionOfType(QueueShutDownException.class)
                    .isThrownBy(() -> queue.put("2"))
                    .withMessageContaining("Queue[jobs 1/2] is shut down");
            assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(() -> queue.tryPut("2"));
            assertThat(queue.get()).isEqualTo("1");
            assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(queue::get);
            assertThatExceptionOfType(QueueShutDownException.class).isThrownBy(queue::tryGet);
            assertThat(queue.isShutDown()).isTrue();
        });
    }

    @Test
    void shutdownWakesThoseWhoWait() throws Exception {
        Loops.run(() -> {
            Task<?> getting = start("getting", () -> assertThatExceptionOfType(QueueShutDownException.class)
                    .isThrownBy(queue::get));
            queue.shutdown(false);
            settle();
            assertThat(getting.isDone()).isTrue();

            var full = new Queue<String>(1);
            full.put("1");
            Task<?> putting = start("putting", () -> assertThatExceptionOfType(QueueShutDownException.class)
                    .isThrownBy(() -> full.put("2")));
            full.shutdown(false);
            settle();
            assertThat(putting.isDone()).isTrue();
            assertThat(full.get()).isEqualTo("1");
        });
    }

    @Test
    void immediateShutdownDropsTheItemsAndEndsJoin() throws Exception {
        Loops.run(() -> {
            queue.put("1");
            queue.put("2");
            queue.get();
            Task<?> joining = start("joining", queue::join);

            queue.shutdown(false);
            queue.shutdown(true);
            settle();
            assertThat(joining.isDone()).as("one item is still being worked on").isFalse();
            assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(0, 2, 0, 0, 1, 1, true));
            queue.taskDone();
            joining.await();
        });
    }

    @Test
    void statisticsCountItemsAndWaiters() throws Exception {
        Loops.run(() -> {
            Task<?> getting = startGetting("getting");
            assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(0, 2, 1, 0, 0, 0, false));
            cancel(getting);
            queue.put("1");
            queue.put("2");
            Task<?> putting = startPutting("3");
            Task<?> joining = start("joining", queue::join);
            assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(2, 2, 0, 1, 1, 2, false));
            cancel(putting, joining);
            assertThat(queue.statistics()).isEqualTo(new Queue.Statistics(2, 2, 0, 0, 0, 2, false));
        });
    }

    @Test
    void lifoQueueGivesTheLastFirst() throws Exception {
        Loops.run(() -> {
            var stack = new LifoQueue<Integer>();
            stack.put(1);
            stack.put(2);
            stack.put(3);
            assertThat(List.of(stack.get(), stack.get(), stack.get())).containsExactly(3, 2, 1);
            assertThat(new LifoQueue<Integer>(3)).hasToString("LifoQueue[0/3]");
        });
    }

    @Test
    void priorityQueueGivesTheLeastFirstAndEqualOnesInOrder() throws Exception {
        Loops.run(() -> {
            var urgent = new PriorityQueue<String>(Comparator.comparing(String::length));
            for (String item : List.of("ccc", "b1", "a", "b2", "b3")) {
                urgent.put(item);
            }
            var items = new ArrayList<String>();
            while (!urgent.isEmpty()) {
                items.add(urgent.get());
            }
            assertThat(items).containsExactly("a", "b1", "b2", "b3", "ccc");
        });
    }

    @Test
    void priorityQueueThatIsFullLetsPuttersInByOrderOfArrival() throws Exception {
        Loops.run(() -> {
            var urgent = new PriorityQueue<Integer>(1, Comparator.naturalOrder());
            urgent.put(5);
            Task<?> first = start("first", () -> urgent.put(7));
            Task<?> second = start("second", () -> urgent.put(1));
            assertThat(urgent.get()).isEqualTo(5);
            settle();
            assertThat(first.isDone()).isTrue();
            assertThat(second.isDone()).isFalse();
            assertThat(List.of(urgent.get(), urgent.get())).containsExactly(7, 1);
            urgent.put(3);
            urgent.shutdown(true);
            assertThat(urgent.isEmpty()).isTrue();
        });
    }

    @Test
    void queueIsUnboundedUnlessTold() throws Exception {
        Loops.run(() -> {
            var unbounded = new Queue<Integer>();
            for (int i = 0; i < 10_000; i++) {
                assertThat(unbounded.tryPut(i)).isTrue();
            }
            assertThat(unbounded.isFull()).isFalse();
            assertThat(unbounded.capacity()).isEqualTo(Queue.UNBOUNDED);
            assertThat(unbounded).hasToString("Queue[10000]");
        });
    }

    @Test
    void capacityOfZeroAndNullItemsAreRejected() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Queue<String>(0))
                .withMessageContaining("A Channel hands over");
        Loops.run(() -> {
            assertThatNullPointerException().isThrownBy(() -> queue.put(nothing()));
            assertThatNullPointerException().isThrownBy(() -> queue.tryPut(nothing()));
        });
    }

    @SuppressWarnings("NullAway") // what a caller without NullAway may pass
    private static String nothing() {
        return null;
    }
}
