package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two producers offer while the consumer sleeps: does exactly one of them wake it?
 *
 * <p>The result: wake-ups, items.
 */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "One of them woke the consumer.")
@Outcome(expect = FORBIDDEN, desc = "None did, or both, or an item is lost.")
@State
public class EntryQueue_OneWakeup {
    private final AtomicInteger wakeups = new AtomicInteger();
    private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

    /** For jcstress. */
    public EntryQueue_OneWakeup() {
        queue.trySleep();
    }

    /** One producer. */
    @Actor
    public void produceOne() {
        queue.offer("one");
    }

    /** The other producer. */
    @Actor
    public void produceOther() {
        queue.offer("other");
    }

    /**
     * What is left.
     *
     * @param result wake-ups and items
     */
    @Arbiter
    public void look(II_Result result) {
        result.r1 = wakeups.get();
        queue.awake();
        queue.drain(item -> result.r2++);
    }

    /** Here a producer asks whether the consumer sleeps, and says that it no longer does, in two steps. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "One of them woke the consumer.")
    @Outcome(expect = FORBIDDEN, desc = "Both did.")
    @State
    public static class Broken {
        private final Queue<String> items = new ConcurrentLinkedQueue<>();
        private final AtomicInteger wakeups = new AtomicInteger();
        private volatile boolean asleep = true;

        /** For jcstress. */
        public Broken() {}

        /** One producer. */
        @Actor
        public void produceOne() {
            produce("one");
        }

        /** The other producer. */
        @Actor
        public void produceOther() {
            produce("other");
        }

        private void produce(String item) {
            items.add(item);
            if (asleep) {
                asleep = false;
                wakeups.incrementAndGet();
            }
        }

        /**
         * What is left.
         *
         * @param result wake-ups and items
         */
        @Arbiter
        public void look(II_Result result) {
            result.r1 = wakeups.get();
            result.r2 = items.size();
        }
    }
}
