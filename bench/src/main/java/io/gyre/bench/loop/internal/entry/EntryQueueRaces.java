package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.EntryQueue;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The races of {@link EntryQueue}: producers against the consumer, each with a broken twin that jcstress sees fail. */
public final class EntryQueueRaces {
    private EntryQueueRaces() {}

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
    public static class LostWakeup {
        private final AtomicInteger wakeups = new AtomicInteger();
        private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

        @Actor
        public void produce() {
            queue.offer("item");
        }

        @Actor
        public void sleep(III_Result result) {
            result.r1 = queue.trySleep() ? 1 : 0;
        }

        @Arbiter
        public void look(III_Result result) {
            result.r2 = wakeups.get();
            queue.awake();
            queue.drain(item -> result.r3++);
        }

        /** Here the consumer asks whether there is an item, and says that it sleeps, in two steps. */
        @JCStressTest
        @JCStressMeta(LostWakeup.class)
        @State
        public static class Broken {
            private final Queue<String> items = new ConcurrentLinkedQueue<>();
            private final AtomicInteger wakeups = new AtomicInteger();
            private volatile boolean asleep;

            @Actor
            public void produce() {
                items.add("item");
                if (asleep) {
                    wakeups.incrementAndGet();
                }
            }

            @Actor
            public void sleep(III_Result result) {
                if (items.isEmpty()) {
                    asleep = true;
                    result.r1 = 1;
                }
            }

            @Arbiter
            public void look(III_Result result) {
                result.r2 = wakeups.get();
                result.r3 = items.size();
            }
        }
    }

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
    public static class OfferVsAwake {
        private final AtomicInteger wakeups = new AtomicInteger();
        private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

        public OfferVsAwake() {
            queue.trySleep();
        }

        @Actor
        public void produce() {
            queue.offer("item");
        }

        @Actor
        public void awake() {
            queue.awake();
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = wakeups.get();
            queue.drain(item -> result.r2++);
        }

        /** Here the consumer asks whether it is still marked as asleep, and takes the mark away, in two steps. */
        @JCStressTest
        @JCStressMeta(OfferVsAwake.class)
        @State
        public static class Broken {
            private static final String ASLEEP = "asleep";

            private final AtomicInteger wakeups = new AtomicInteger();
            private final AtomicReference<@Nullable String> head = new AtomicReference<>(ASLEEP);

            @Actor
            public void produce() {
                if (ASLEEP.equals(head.getAndSet("item"))) {
                    wakeups.incrementAndGet();
                }
            }

            @Actor
            public void awake() {
                if (ASLEEP.equals(head.get())) {
                    head.set(null);
                }
            }

            @Arbiter
            public void look(II_Result result) {
                result.r1 = wakeups.get();
                result.r2 = head.get() == null ? 0 : 1;
            }
        }
    }

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
    public static class OfferVsClose {
        private final EntryQueue<String> queue = new EntryQueue<>(() -> {});

        @Actor
        public void produce(II_Result result) {
            result.r1 = queue.offer("item") ? 1 : 0;
        }

        @Actor
        public void close(II_Result result) {
            queue.close();
            queue.drain(item -> result.r2++);
        }

        /** Here a producer asks whether the queue is closed, and adds its item, in two steps. */
        @JCStressTest
        @JCStressMeta(OfferVsClose.class)
        @State
        public static class Broken {
            private final Queue<String> items = new ConcurrentLinkedQueue<>();
            private volatile boolean closed;

            @Actor
            public void produce(II_Result result) {
                if (!closed) {
                    items.add("item");
                    result.r1 = 1;
                }
            }

            @Actor
            public void close(II_Result result) {
                closed = true;
                result.r2 = items.size();
            }
        }
    }

    /**
     * A producer offers the items 1, 2 and 3 while the consumer drains: do all come out, in this order?
     *
     * <p>The result: how many the drain met, and all items in their order as the digits of a number.
     */
    @JCStressTest
    @Outcome(id = "[0-3], 123", expect = ACCEPTABLE, desc = "All of them, in order.")
    @Outcome(expect = FORBIDDEN, desc = "An item is lost or out of order.")
    @State
    public static class OfferVsDrain {
        private final EntryQueue<Integer> queue = new EntryQueue<>(() -> {});
        private int digits;

        @Actor
        public void produce() {
            for (int item = 1; item <= 3; item++) {
                queue.offer(item);
            }
        }

        @Actor
        public void drain(II_Result result) {
            queue.drain(item -> {
                result.r1++;
                digits = 10 * digits + item;
            });
        }

        @Arbiter
        public void look(II_Result result) {
            queue.drain(item -> digits = 10 * digits + item);
            result.r2 = digits;
        }

        /** Here the drain reads the items, and takes them out, in two steps. */
        @JCStressTest
        @JCStressMeta(OfferVsDrain.class)
        @State
        public static class Broken {
            private final AtomicReference<String> items = new AtomicReference<>("");
            private String drained = "";

            @Actor
            public void produce() {
                for (int item = 1; item <= 3; item++) {
                    items.accumulateAndGet(Integer.toString(item), String::concat);
                }
            }

            @Actor
            public void drain(II_Result result) {
                drained = Objects.requireNonNull(items.get());
                items.set("");
                result.r1 = drained.length();
            }

            @Arbiter
            public void look(II_Result result) {
                result.r2 = Integer.parseInt("0" + drained + items.get());
            }
        }
    }

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
    public static class OfferVsFailingDrain {
        private final EntryQueue<Integer> queue = new EntryQueue<>(() -> {});
        private int digits;

        @Actor
        public void produce() {
            for (int item = 1; item <= 3; item++) {
                queue.offer(item);
            }
        }

        @Actor
        public void drain() {
            try {
                queue.drain(item -> {
                    throw new OutOfMemoryError("for item " + item);
                });
            } catch (OutOfMemoryError e) {
                // The consumer tries again: look()
            }
        }

        @Arbiter
        public void look(I_Result result) {
            queue.drain(item -> digits = 10 * digits + item);
            result.r1 = digits;
        }

        /** Here the consumer forgets what it has taken out when its sink fails. */
        @JCStressTest
        @JCStressMeta(OfferVsFailingDrain.class)
        @State
        public static class Broken {
            private final AtomicReference<String> items = new AtomicReference<>("");

            @Actor
            public void produce() {
                for (int item = 1; item <= 3; item++) {
                    items.accumulateAndGet(Integer.toString(item), String::concat);
                }
            }

            @Actor
            public void drain() {
                items.set("");
            }

            @Arbiter
            public void look(I_Result result) {
                result.r1 = Integer.parseInt("0" + items.get());
            }
        }
    }

    /**
     * Two producers offer while the consumer sleeps: does exactly one of them wake it?
     *
     * <p>The result: wake-ups, items.
     */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "One of them woke the consumer.")
    @Outcome(expect = FORBIDDEN, desc = "None did, or both, or an item is lost.")
    @State
    public static class OneWakeup {
        private final AtomicInteger wakeups = new AtomicInteger();
        private final EntryQueue<String> queue = new EntryQueue<>(wakeups::incrementAndGet);

        public OneWakeup() {
            queue.trySleep();
        }

        @Actor
        public void produceOne() {
            queue.offer("one");
        }

        @Actor
        public void produceOther() {
            queue.offer("other");
        }

        @Arbiter
        public void look(II_Result result) {
            result.r1 = wakeups.get();
            queue.awake();
            queue.drain(item -> result.r2++);
        }

        /** Here a producer asks whether the consumer sleeps, and says that it no longer does, in two steps. */
        @JCStressTest
        @JCStressMeta(OneWakeup.class)
        @State
        public static class Broken {
            private final Queue<String> items = new ConcurrentLinkedQueue<>();
            private final AtomicInteger wakeups = new AtomicInteger();
            private volatile boolean asleep = true;

            @Actor
            public void produceOne() {
                produce("one");
            }

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

            @Arbiter
            public void look(II_Result result) {
                result.r1 = wakeups.get();
                result.r2 = items.size();
            }
        }
    }

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
    public static class TwoProducers {
        private final EntryQueue<Integer> queue = new EntryQueue<>(() -> {});

        @Actor
        public void produceOneAndTwo() {
            queue.offer(1);
            queue.offer(2);
        }

        @Actor
        public void produceThreeAndFour() {
            queue.offer(3);
            queue.offer(4);
        }

        @Arbiter
        public void look(I_Result result) {
            queue.drain(item -> result.r1 = 10 * result.r1 + item);
        }

        /** Here a producer reads the stack, and puts its item on top, by a plain read and a plain write. */
        @JCStressTest
        @JCStressMeta(TwoProducers.class)
        @State
        public static class Broken {
            /** The items so far as the digits of a number: a whole stack in one word. */
            private int head;

            @Actor
            public void produceOneAndTwo() {
                offer(1);
                offer(2);
            }

            @Actor
            public void produceThreeAndFour() {
                offer(3);
                offer(4);
            }

            private void offer(int item) {
                head = 10 * head + item;
            }

            @Arbiter
            public void look(I_Result result) {
                result.r1 = head;
            }
        }
    }
}
