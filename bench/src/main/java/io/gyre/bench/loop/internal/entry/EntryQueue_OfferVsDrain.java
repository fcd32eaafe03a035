package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A producer offers the items 1, 2 and 3 while the consumer drains: do all come out, in this order?
 *
 * <p>The result: how many the drain met, and all items in their order as the digits of a number.
 */
@JCStressTest
@Outcome(id = "[0-3], 123", expect = ACCEPTABLE, desc = "All of them, in order.")
@Outcome(expect = FORBIDDEN, desc = "An item is lost or out of order.")
@State
public class EntryQueue_OfferVsDrain {
    private final EntryQueue<Integer> queue = new EntryQueue<>(() -> {});
    private int digits;

    /** For jcstress. */
    public EntryQueue_OfferVsDrain() {}

    /** The producer. */
    @Actor
    public void produce() {
        for (int item = 1; item <= 3; item++) {
            queue.offer(item);
        }
    }

    /**
     * The consumer.
     *
     * @param result how many there were
     */
    @Actor
    public void drain(II_Result result) {
        queue.drain(item -> {
            result.r1++;
            digits = 10 * digits + item;
        });
    }

    /**
     * What is left.
     *
     * @param result the items in order
     */
    @Arbiter
    public void look(II_Result result) {
        queue.drain(item -> digits = 10 * digits + item);
        result.r2 = digits;
    }

    /** Here the drain reads the stack, and empties it, in two steps. */
    @JCStressTest
    @Outcome(id = "[0-3], 123", expect = ACCEPTABLE, desc = "All of them, in order.")
    @Outcome(expect = FORBIDDEN, desc = "An item is lost.")
    @State
    public static class Broken {
        /** The items so far as the digits of a number, 0 for none: a whole stack in one word. */
        private final AtomicInteger head = new AtomicInteger();

        private int drained;

        /** For jcstress. */
        public Broken() {}

        /** The producer. */
        @Actor
        public void produce() {
            for (int item = 1; item <= 3; item++) {
                offer(item);
            }
        }

        private void offer(int item) {
            int seen = head.get();
            while (!head.compareAndSet(seen, 10 * seen + item)) {
                seen = head.get();
            }
        }

        /**
         * The consumer.
         *
         * @param result how many there were
         */
        @Actor
        public void drain(II_Result result) {
            drained = head.get();
            head.set(0);
            result.r1 = digits(drained);
        }

        /**
         * What is left.
         *
         * @param result the items in order
         */
        @Arbiter
        public void look(II_Result result) {
            int rest = head.get();
            result.r2 = drained;
            for (int i = 0; i < digits(rest); i++) {
                result.r2 *= 10;
            }
            result.r2 += rest;
        }

        private static int digits(int number) {
            return number == 0 ? 0 : 1 + digits(number / 10);
        }
    }
}
