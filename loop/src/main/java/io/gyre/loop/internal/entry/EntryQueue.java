package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only way into a loop from other threads: a queue for many producers and one consumer, combined with the gate that
 * says whether the consumer must be woken.
 *
 * <p>{@link #offer} may be called from any thread and never blocks; the other methods belong to the consumer. Items of
 * one producer keep their order.
 *
 * @param <E> the items
 */
public final class EntryQueue<E> {
    /*
     * Design.
     *
     * Queue and gate are one word, the head of a linked stack, so no interleaving can show one without the other:
     *
     *     null      empty, consumer awake
     *     node      items, newest first, consumer awake
     *     ASLEEP    empty, consumer is about to wait, waiting, or just woken
     *     CLOSED    no more items
     *
     *              offer                     offer (this producer wakes the consumer)
     *     null ────────────▶ node      ASLEEP ────────────▶ node
     *     null ─ trySleep ─▶ ASLEEP    ASLEEP ─ awake ────▶ null     node ─ drain ─▶ null     any ─ close ─▶ CLOSED
     *
     * The lost wake-up would need: the consumer sees no item (1), a producer adds one and sees an awake consumer (2),
     * the consumer falls asleep (3). Here (1) and (3) are one compare-and-set from null to ASLEEP:
     *   trySleep before offer   the offer replaces ASLEEP, and that producer wakes the consumer    OK
     *   offer before trySleep   the compare-and-set finds a node and fails, the consumer drains    OK
     * Exactly one producer replaces ASLEEP, so exactly one wakes. The broken twin in bench
     * (EntryQueueRaces.LostWakeup.Broken) asks and publishes in two steps, and jcstress finds the lost item.
     *
     * Only the whole stack is ever taken, so there is no ABA case. A drain reverses the items: two pointer writes for
     * each, on the consumer's side. Items taken and not yet passed on stay in `taken`, so a failing sink loses no item
     * behind the one that failed. Rejected: a linked queue with a tail to swap (producers never retry, but the consumer
     * can meet a half-linked item and must spin on the loop thread), and a separate asleep flag with fences (two words,
     * four interleavings to argue about).
     */
    private static final Node ASLEEP = new Node("asleep");
    private static final Node CLOSED = new Node("closed");

    private final AtomicReference<@Nullable Node> head = new AtomicReference<>();
    private final Runnable wakeup;

    /** Items taken out and not yet passed on, oldest first. Consumer only. */
    private @Nullable Node taken;

    private static final class Node {
        private final Object item;
        private @Nullable Node next;

        Node(Object item) {
            this.item = item;
        }
    }

    /**
     * Creates an open, empty queue.
     *
     * @param wakeup ends the consumer's wait; called in the producer's thread, at most once for each sleep; must be
     *     sticky: if it comes before the wait begins, the wait returns at once
     */
    public EntryQueue(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /**
     * Adds an item and wakes the consumer if it sleeps. Any thread; lock-free.
     *
     * @param item the item
     * @return false if the queue is closed and did not take the item
     */
    public boolean offer(E item) {
        var node = new Node(item);
        for (; ; ) {
            Node seen = head.get();
            if (seen == CLOSED) {
                return false;
            }
            node.next = seen == ASLEEP ? null : seen;
            if (head.compareAndSet(seen, node)) {
                if (seen == ASLEEP) {
                    wakeup.run();
                }
                return true;
            }
        }
    }

    /**
     * Announces that the consumer is about to wait. Consumer only.
     *
     * @return false if there are items to drain, so that the consumer must not wait
     */
    public boolean trySleep() {
        return taken == null && head.compareAndSet(null, ASLEEP);
    }

    /**
     * Ends the sleep that {@link #trySleep} began; from here on producers no longer wake the consumer. Consumer only.
     */
    public void awake() {
        head.compareAndSet(ASLEEP, null);
    }

    /** {@return whether the consumer waits, or is about to, and nothing has woken it} Any thread. */
    public boolean isAsleep() {
        return head.get() == ASLEEP;
    }

    /** {@return whether there is nothing to drain} Consumer only, and while awake. */
    public boolean isEmpty() {
        return taken == null && head.get() == null;
    }

    /**
     * Takes all items and passes them on, oldest first. Consumer only, and while awake.
     *
     * <p><b>Errors:</b> an exception from the sink ends the drain. If the sink ran out of memory, its item comes first
     * in the next drain; otherwise its item is dropped. The items behind it wait for the next drain.
     *
     * @param sink receives each item
     */
    public void drain(Consumer<? super E> sink) {
        Node seen = head.get();
        if (seen != null && seen != CLOSED) {
            take(head.getAndSet(null));
        }
        if (taken != null) {
            passOn(sink);
        }
    }

    /**
     * Closes the queue: from here on {@link #offer} returns false. Earlier items are left to a last {@link #drain}.
     * Consumer only, once.
     */
    public void close() {
        Node rest = head.getAndSet(CLOSED);
        if (rest != ASLEEP) {
            take(rest);
        }
    }

    /** Reverses the items and appends them to those not yet passed on. */
    private void take(@Nullable Node newestFirst) {
        Node oldestFirst = null;
        for (Node node = newestFirst; node != null; ) {
            Node older = node.next;
            node.next = oldestFirst;
            oldestFirst = node;
            node = older;
        }
        Node end = taken;
        if (end == null) {
            taken = oldestFirst;
        } else {
            while (end.next != null) {
                end = end.next;
            }
            end.next = oldestFirst;
        }
    }

    @SuppressWarnings("unchecked") // only offer creates nodes that reach this point
    private void passOn(Consumer<? super E> sink) {
        for (Node node = taken; node != null; node = taken) {
            boolean again = false;
            try {
                sink.accept((E) node.item);
            } catch (OutOfMemoryError e) {
                again = true;
                throw e;
            } finally {
                taken = again ? node : node.next;
            }
        }
    }
}
