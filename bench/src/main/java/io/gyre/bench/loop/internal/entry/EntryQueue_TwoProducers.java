package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * One producer offers the items 1 and 2, another 3 and 4: do all come out, those of each producer in their order?
 *
 * <p>The result: all items in their order as the digits of a number.
 */
@JCStressTest
@Outcome(
        id = {"1234", "1324", "1342", "3124", "3142", "3412"},
        expect = ACCEPTABLE,
        desc = "All of them, in order for each producer.")
@Outcome(expect = FORBIDDEN, desc = "An item is lost or out of order.")
@State
public class EntryQueue_TwoProducers {
    private final EntryQueue<Integer> queue = new EntryQueue<>(() -> {});

    /** For jcstress. */
    public EntryQueue_TwoProducers() {}

    /** One producer. */
    @Actor
    public void produceOneAndTwo() {
        queue.offer(1);
        queue.offer(2);
    }

    /** The other producer. */
    @Actor
    public void produceThreeAndFour() {
        queue.offer(3);
        queue.offer(4);
    }

    /**
     * What is left.
     *
     * @param result the items in order
     */
    @Arbiter
    public void look(I_Result result) {
        queue.drain(item -> result.r1 = 10 * result.r1 + item);
    }

    /** Here a producer reads the stack, and puts its item on top, by a plain read and a plain write. */
    @JCStressTest
    @Outcome(
            id = {"1234", "1324", "1342", "3124", "3142", "3412"},
            expect = ACCEPTABLE,
            desc = "All of them, in order for each producer.")
    @Outcome(expect = FORBIDDEN, desc = "An item is lost.")
    @State
    public static class Broken {
        /** The items so far as the digits of a number: a whole stack in one word. */
        private int head;

        /** For jcstress. */
        public Broken() {}

        /** One producer. */
        @Actor
        public void produceOneAndTwo() {
            offer(1);
            offer(2);
        }

        /** The other producer. */
        @Actor
        public void produceThreeAndFour() {
            offer(3);
            offer(4);
        }

        private void offer(int item) {
            head = 10 * head + item;
        }

        /**
         * What is left.
         *
         * @param result the items in order
         */
        @Arbiter
        public void look(I_Result result) {
            result.r1 = head;
        }
    }
}
