package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A producer offers the items 1, 2 and 3 while the consumer drains, and has no memory for the first item that it meets: do
 * all items come out later, in this order?
 *
 * <p>The result: all items in their order as the digits of a number.
 */
@JCStressTest
@Outcome(id = "123", expect = ACCEPTABLE, desc = "All items, in order.")
@Outcome(expect = FORBIDDEN, desc = "An item is lost or out of order.")
@State
public class EntryQueue_OfferVsFailingDrain {
    private final EntryQueue<Integer> queue = new EntryQueue<>(() -> {});
    private int digits;

    /** For jcstress. */
    public EntryQueue_OfferVsFailingDrain() {}

    /** The producer. */
    @Actor
    public void produce() {
        for (int item = 1; item <= 3; item++) {
            queue.offer(item);
        }
    }

    /** The consumer. */
    @Actor
    public void drain() {
        drainWithoutMemory(queue::drain);
    }

    /**
     * What is left.
     *
     * @param result the items in order
     */
    @Arbiter
    public void look(I_Result result) {
        queue.drain(item -> digits = 10 * digits + item);
        result.r1 = digits;
    }

    private static void drainWithoutMemory(Consumer<Consumer<Integer>> drain) {
        try {
            drain.accept(item -> {
                throw new OutOfMemoryError("for item " + item);
            });
        } catch (OutOfMemoryError e) {
            // The consumer tries again: look()
        }
    }

    /** Here the consumer forgets what it has taken out when its sink fails. */
    @JCStressTest
    @Outcome(id = "123", expect = ACCEPTABLE, desc = "All items, in order.")
    @Outcome(expect = FORBIDDEN, desc = "An item is lost or out of order.")
    @State
    public static class Broken {
        private record Node(int item, @Nullable Node next) {}

        private final AtomicReference<@Nullable Node> head = new AtomicReference<>();
        private int digits;

        /** For jcstress. */
        public Broken() {}

        /** The producer. */
        @Actor
        public void produce() {
            for (int item = 1; item <= 3; item++) {
                int offered = item;
                head.getAndUpdate(seen -> new Node(offered, seen));
            }
        }

        /** The consumer. */
        @Actor
        public void drain() {
            drainWithoutMemory(this::drainTo);
        }

        /**
         * What is left.
         *
         * @param result the items in order
         */
        @Arbiter
        public void look(I_Result result) {
            drainTo(item -> digits = 10 * digits + item);
            result.r1 = digits;
        }

        private void drainTo(Consumer<Integer> sink) {
            Node oldestFirst = null;
            for (Node node = head.getAndSet(null); node != null; node = node.next) {
                oldestFirst = new Node(node.item, oldestFirst);
            }
            for (Node node = oldestFirst; node != null; node = node.next) {
                sink.accept(node.item);
            }
        }
    }
}
