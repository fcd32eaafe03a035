package io.gyre.net.dns;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The look-ups in progress and the remembered answers of one loop.
 *
 * @param <K> the question
 * @param <V> the answer
 */
final class LookupCache<K, V> {
    /*
     * Design.
     *
     * Each look-up runs in its own task, not in the task that asks first, which may be cancelled while others still
     * wait. It is a system task, so that clean-up code can look names up while the loop closes, and so that an
     * abandoned look-up that ends a tick later does not count as a leak.
     *
     * `inFlight` holds a look-up until it ends or its last waiter leaves, whichever is first. A later caller starts a
     * new look-up instead of joining one that is being cancelled. The task itself removes the look-up and stores the
     * answer before it ends, rather than a callback afterwards: no waiter can run in between, whatever the order of
     * callbacks.
     *
     * All answers live equally long, so the oldest expires next: one list serves both limits. Expired answers are
     * removed when the next answer is stored, without a timer.
     */

    /**
     * Performs the look-up.
     *
     * @param <K> the question
     * @param <V> the answer
     */
    @FunctionalInterface
    interface Question<K, V> {
        V ask(K key) throws IOException;
    }

    /**
     * An answer with its age.
     *
     * @param <V> the answer
     */
    private record Answer<V>(V value, long storedAtNanos) {}

    private final Question<K, V> question;
    private final long ttlNanos;
    private final int maxEntries;
    private final EventLoop loop = EventLoop.current();
    private final Map<K, Lookup> inFlight = new HashMap<>();
    private final Map<K, Answer<V>> answers = new LinkedHashMap<>();

    LookupCache(Question<K, V> question, Duration ttl, int maxEntries) {
        this.question = question;
        this.ttlNanos = TimeUnit.NANOSECONDS.convert(ttl); // at most about 292 years
        this.maxEntries = maxEntries;
    }

    /** {@return the answer} Suspends until it is there. */
    V answer(K key, String label) throws IOException {
        LowLevel.checkpoint();
        Answer<V> known = answers.get(key);
        if (known != null && isFresh(known)) {
            return known.value;
        }
        Lookup lookup = inFlight.get(key);
        if (lookup == null) {
            lookup = new Lookup(key, label);
            inFlight.put(key, lookup);
        }
        return lookup.await();
    }

    private boolean isFresh(Answer<V> answer) {
        return loop.time() - answer.storedAtNanos < ttlNanos;
    }

    private void store(K key, V value) {
        answers.remove(key); // or it would keep its old position
        Iterator<Answer<V>> oldest = answers.values().iterator();
        while (oldest.hasNext() && (!isFresh(oldest.next()) || answers.size() >= maxEntries)) {
            oldest.remove();
        }
        answers.put(key, new Answer<>(value, loop.time()));
    }

    /** One look-up in progress, and the number of its waiters. */
    private final class Lookup {
        private final K key;
        private final Task<V> task;
        private int waiters;

        Lookup(K key, String label) {
            this.key = key;
            this.task = loop.createSystemTask("look up " + label, this::run);
            task.whenDone(done -> {}); // a failure goes to the waiters; without any, it is ignored
        }

        private V run() throws IOException {
            try {
                V value = question.ask(key);
                if (inFlight.get(key) == this) {
                    store(key, value);
                }
                return value;
            } finally {
                inFlight.remove(key, this);
            }
        }

        V await() throws IOException {
            waiters++;
            try {
                return task.await();
            } catch (CompletionException failed) {
                throw failureOf(failed);
            } finally {
                waiters--;
                if (waiters == 0 && inFlight.remove(key, this)) {
                    task.cancel("no caller waits for the answer any more");
                }
            }
        }

        /** {@return the look-up's failure, in a new exception for this waiter} */
        private IOException failureOf(CompletionException failed) {
            return switch (failed.getCause()) {
                case UnknownHostException unknown -> {
                    var own = new UnknownHostException(unknown.getMessage());
                    own.initCause(unknown);
                    yield own;
                }
                case UnknownServiceException unknown -> {
                    var own = new UnknownServiceException(unknown.getMessage());
                    own.initCause(unknown);
                    yield own;
                }
                case IOException failure -> new IOException(failure.getMessage(), failure);
                case null, default -> throw failed;
            };
        }
    }
}
