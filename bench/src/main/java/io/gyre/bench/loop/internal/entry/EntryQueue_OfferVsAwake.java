package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A producer offers while the consumer, whose wait has ended by itself, says that it is awake: is the item still there?
 *
 * <p>The result: wake-ups, items.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The producer met a sleeper.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The producer met a consumer that is awake.")
@Outcome(expect = FORBIDDEN, desc = "The item is lost.")
@State
public class EntryQueue_OfferVsAwake {
    private final AtomicInteger wakeups = new AtomicInteger();
    private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

    /** For jcstress. */
    public EntryQueue_OfferVsAwake() {
        queue.trySleep();
    }

    /** The producer. */
    @Actor
    public void produce() {
        queue.offer("item");
    }

    /** The consumer. */
    @Actor
    public void awake() {
        queue.awake();
    }

    /**
     * What is left.
     *
     * @param result wake-ups and items
     */
    @Arbiter
    public void look(II_Result result) {
        result.r1 = wakeups.get();
        queue.drain(item -> result.r2++);
    }

    /** Here the consumer asks whether it is still marked as asleep, and takes the mark away, in two steps. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The producer met a sleeper.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The producer met a consumer that is awake.")
    @Outcome(expect = FORBIDDEN, desc = "The item is lost.")
    @State
    public static class Broken {
        private static final String ASLEEP = "asleep";

        private final AtomicInteger wakeups = new AtomicInteger();
        private final AtomicReference<@Nullable String> head = new AtomicReference<>(ASLEEP);

        /** For jcstress. */
        public Broken() {}

        /** The producer. */
        @Actor
        public void produce() {
            if (ASLEEP.equals(head.getAndSet("item"))) {
                wakeups.incrementAndGet();
            }
        }

        /** The consumer. */
        @Actor
        public void awake() {
            if (ASLEEP.equals(head.get())) {
                head.set(null);
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
            result.r2 = head.get() == null ? 0 : 1;
        }
    }
}
