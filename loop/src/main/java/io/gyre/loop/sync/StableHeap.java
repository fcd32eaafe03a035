package io.gyre.loop.sync;

import java.util.AbstractQueue;
import java.util.Comparator;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A heap that keeps equal items in order of arrival.
 *
 * @param <T> the items
 */
final class StableHeap<T> extends AbstractQueue<T> {
    /** An item and its place among its equals. */
    private record Entry<T>(T item, long sequence) {}

    private final java.util.PriorityQueue<Entry<T>> entries;
    private long nextSequence;

    StableHeap(Comparator<? super T> order) {
        Comparator<Entry<T>> byItem = (a, b) -> order.compare(a.item, b.item);
        entries = new java.util.PriorityQueue<>(byItem.thenComparingLong(Entry::sequence));
    }

    @Override
    public boolean offer(T item) {
        return entries.offer(new Entry<>(item, nextSequence++));
    }

    @Override
    public @Nullable T poll() {
        Entry<T> entry = entries.poll();
        return entry == null ? null : entry.item;
    }

    @Override
    public @Nullable T peek() {
        Entry<T> entry = entries.peek();
        return entry == null ? null : entry.item;
    }

    @Override
    public int size() {
        return entries.size();
    }

    /** In no order. */
    @Override
    public Iterator<T> iterator() {
        return entries.stream().map(Entry::item).iterator();
    }
}
