package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A producer offers while the consumer closes: is an item that was taken always passed on?
 *
 * <p>The result: whether the item was taken, items passed on.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Taken and passed on.")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Refused.")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Taken and lost.")
@Outcome(expect = FORBIDDEN, desc = "Refused and passed on all the same.")
@State
public class EntryQueue_OfferVsClose {
    private final EntryQueue<String> queue = new EntryQueue<>(() -> {});

    /** For jcstress. */
    public EntryQueue_OfferVsClose() {}

    /**
     * The producer.
     *
     * @param result whether the item was taken
     */
    @Actor
    public void produce(II_Result result) {
        result.r1 = queue.offer("item") ? 1 : 0;
    }

    /**
     * The consumer.
     *
     * @param result items passed on
     */
    @Actor
    public void close(II_Result result) {
        queue.close();
        queue.drain(item -> result.r2++);
    }

    /** Here a producer asks whether the queue is closed, and adds its item, in two steps. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Taken and passed on.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Refused.")
    @Outcome(expect = FORBIDDEN, desc = "Taken and lost.")
    @State
    public static class Broken {
        private final Queue<String> items = new ConcurrentLinkedQueue<>();
        private volatile boolean closed;

        /** For jcstress. */
        public Broken() {}

        /**
         * The producer.
         *
         * @param result whether the item was taken
         */
        @Actor
        public void produce(II_Result result) {
            if (!closed) {
                items.add("item");
                result.r1 = 1;
            }
        }

        /**
         * The consumer.
         *
         * @param result items passed on
         */
        @Actor
        public void close(II_Result result) {
            closed = true;
            result.r2 = items.size();
        }
    }
}
