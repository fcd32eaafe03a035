package io.gyre.bench.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does it cost to hand an item from one task to another?
 *
 * <p>One task puts and the other gets; each item is one operation. With a capacity of 1 they take turns after an item or
 * two, so the floor is two switches: two tasks that unpark each other in turn. With room for 100 they do so now and then.
 */
public class QueueBenchmark extends LoopBenchmark {
    private static final int ITEMS = 10_000;
    private static final Integer ITEM = 1;

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int queueOfOne() {
        return putAndGet(1);
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int queueOf100() {
        return putAndGet(100);
    }

    private int putAndGet(int capacity) {
        return loop.runUntilComplete(() -> {
            var queue = new Queue<Integer>(capacity);
            createTask(() -> {
                for (int i = 0; i < ITEMS; i++) {
                    queue.put(ITEM);
                }
            });
            int sum = 0;
            for (int i = 0; i < ITEMS; i++) {
                sum += queue.get();
            }
            return sum;
        });
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int rendezvous() {
        return loop.runUntilComplete(() -> {
            Channel<Integer> channel = Channel.open();
            createTask(() -> {
                for (int i = 0; i < ITEMS; i++) {
                    channel.sender().send(ITEM);
                }
            });
            int sum = 0;
            for (int i = 0; i < ITEMS; i++) {
                sum += channel.receiver().receive();
            }
            return sum;
        });
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int jdkQueueOfOne() throws InterruptedException {
        return loop.runUntilComplete(() -> {
            BlockingQueue<Integer> queue = new LinkedBlockingQueue<>(1);
            createTask(() -> {
                for (int i = 0; i < ITEMS; i++) {
                    queue.put(ITEM);
                }
            });
            int sum = 0;
            for (int i = 0; i < ITEMS; i++) {
                sum += queue.take();
            }
            return sum;
        });
    }

    /** Two switches: there and back. */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int twoSwitches() {
        return loop.runUntilComplete(() -> {
            Task<?> main = currentTask();
            Task<?> peer = createTask(() -> {
                for (int i = 0; i < ITEMS; i++) {
                    park();
                    LowLevel.unpark(main);
                }
            });
            yieldNow(); // the peer parks
            for (int i = 0; i < ITEMS; i++) {
                LowLevel.unpark(peer);
                park();
            }
            return ITEMS;
        });
    }

    private static void park() {
        LowLevel.park("the other's turn", () -> true);
    }
}
