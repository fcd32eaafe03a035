package io.gyre.examples.kv;

import io.gyre.loop.EventLoop;
import io.gyre.loop.TimerHandle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values, some of which expire.
 *
 * <p>What this example shows: a plain map is enough. All connections are tasks of one loop, so no other task runs
 * between two suspending calls of a task: {@link #increment} is atomic because nothing in it suspends. Timers are cheap
 * enough for one per key, so no code needs to search for expired keys. The total size is bounded, too: otherwise one
 * client could fill the memory with small keys.
 */
final class KvStore {
    private static final int MAX_ENTRIES = 10_000;
    private static final long MAX_CHARS = 4_000_000;

    private final EventLoop loop = EventLoop.current();
    private final TreeMap<String, Entry> entries = new TreeMap<>();
    private long chars;

    /** A value and the timer that removes it; without a timer it stays. */
    private record Entry(String value, @Nullable TimerHandle expiry) {}

    /** {@return the value of a key} */
    Optional<String> value(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    /**
     * Sets a value without expiry.
     *
     * @throws IllegalArgumentException if the store is full
     */
    void put(String key, String value) {
        cancelExpiry(replace(key, new Entry(value, null)));
    }

    private @Nullable Entry replace(String key, Entry entry) {
        Entry old = entries.get(key);
        int more = entry.value().length()
                + (old == null ? key.length() : -old.value().length());
        if ((old == null && entries.size() == MAX_ENTRIES) || chars + more > MAX_CHARS) {
            throw new IllegalArgumentException("the store is full (" + MAX_ENTRIES + " keys, or " + MAX_CHARS
                    + " characters); remove some keys first");
        }
        chars += more;
        entries.put(key, entry);
        return old;
    }

    private @Nullable Entry drop(String key) {
        Entry old = entries.remove(key);
        if (old != null) {
            chars -= key.length() + old.value().length();
        }
        return old;
    }

    /** {@return whether the key existed} */
    boolean remove(String key) {
        Entry entry = drop(key);
        cancelExpiry(entry);
        return entry != null;
    }

    /** Adds 1 to a number; a missing key counts as 0. The expiry does not change. */
    long increment(String key) {
        Entry entry = entries.getOrDefault(key, new Entry("0", null));
        long next;
        try {
            next = Math.addExact(Long.parseLong(entry.value()), 1);
        } catch (ArithmeticException | NumberFormatException notPossible) {
            throw new IllegalArgumentException("the value of " + key + " is no number, or the largest one");
        }
        replace(key, new Entry(Long.toString(next), entry.expiry()));
        return next;
    }

    /** {@return whether the key exists} If so, it is removed after the given time. */
    boolean expire(String key, Duration delay) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return false;
        }
        cancelExpiry(entry);
        entries.put(key, new Entry(entry.value(), loop.callLater(delay, () -> drop(key))));
        return true;
    }

    /** {@return the time until a key expires; empty if it is missing or has no expiry} */
    Optional<Duration> timeLeft(String key) {
        return Optional.ofNullable(entries.get(key))
                .map(Entry::expiry)
                .map(expiry -> Duration.ofNanos(expiry.deadlineNanos() - loop.time()));
    }

    /** {@return the keys in order} */
    List<String> keys() {
        return List.copyOf(entries.keySet());
    }

    private static void cancelExpiry(@Nullable Entry entry) {
        if (entry != null && entry.expiry() != null) {
            entry.expiry().cancel();
        }
    }
}
