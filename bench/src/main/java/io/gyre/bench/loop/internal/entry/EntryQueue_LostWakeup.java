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
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A producer offers while the consumer falls asleep: does the consumer ever sleep beside an item, with nobody waking it?
 *
 * <p>The result: whether the consumer slept, wake-ups, items.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The consumer slept and was woken.")
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "The item came first; the consumer stayed awake.")
@Outcome(id = "1, 0, 1", expect = FORBIDDEN, desc = "The lost wake-up.")
@Outcome(expect = FORBIDDEN, desc = "A wake-up without a sleeper, or a lost item.")
@State
public class EntryQueue_LostWakeup {
    private final AtomicInteger wakeups = new AtomicInteger();
    private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

    /** For jcstress. */
    public EntryQueue_LostWakeup() {}

    /** The producer. */
    @Actor
    public void produce() {
        queue.offer("item");
    }

    /**
     * The consumer.
     *
     * @param result whether it slept
     */
    @Actor
    public void sleep(III_Result result) {
        result.r1 = queue.trySleep() ? 1 : 0;
    }

    /**
     * What is left.
     *
     * @param result wake-ups and items
     */
    @Arbiter
    public void look(III_Result result) {
        result.r2 = wakeups.get();
        queue.awake();
        queue.drain(item -> result.r3++);
    }

    /** Here the consumer asks whether there is an item, and says that it sleeps, in two steps. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The consumer slept and was woken.")
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "The item came first; the consumer stayed awake.")
    @Outcome(expect = FORBIDDEN, desc = "The lost wake-up.")
    @State
    public static class Broken {
        private final Queue<String> items = new ConcurrentLinkedQueue<>();
        private final AtomicInteger wakeups = new AtomicInteger();
        private volatile boolean asleep;

        /** For jcstress. */
        public Broken() {}

        /** The producer. */
        @Actor
        public void produce() {
            items.add("item");
            if (asleep) {
                wakeups.incrementAndGet();
            }
        }

        /**
         * The consumer.
         *
         * @param result whether it slept
         */
        @Actor
        public void sleep(III_Result result) {
            if (items.isEmpty()) {
                asleep = true;
                result.r1 = 1;
            }
        }

        /**
         * What is left.
         *
         * @param result wake-ups and items
         */
        @Arbiter
        public void look(III_Result result) {
            result.r2 = wakeups.get();
            result.r3 = items.size();
        }
    }
}
