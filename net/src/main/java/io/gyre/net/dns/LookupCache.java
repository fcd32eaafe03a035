package io.gyre.net.dns;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What one loop has asked and not forgotten: look-ups that are going on, and answers.
 *
 * @param <K> what is asked for
 * @param <V> the answer
 */
final class LookupCache<K, V> {
    /*
     * Design.
     *
     * A look-up runs in a task of its own, not in that of whoever asks first: the first may be cancelled while others
     * still wait. It is a system task, so that clean-up code can look names up while the loop closes, and so that one
     * which is given up and ends a tick later counts as nobody's leak.
     *
     * `inFlight` holds a look-up until it has ended or its last waiter is gone, whichever is first. Whoever asks after
     * that starts anew, and does not join what is being cancelled. The task itself takes it out and stores the answer
     * before it ends, not a callback behind it: no waiter can run in between, in whatever order callbacks run.
     *
     * All answers live equally long, so the oldest is the next to expire: one list serves both limits. Answers that
     * have expired go when the next one is stored, without a timer.
     */

    /**
     * Asks for real.
     *
     * @param <K> what is asked for
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
        this.ttlNanos = TimeUnit.NANOSECONDS.convert(ttl); // at the most about 292 years
        this.maxEntries = maxEntries;
    }

    /** {@return the answer} Suspends until there is one. */
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
        answers.remove(key); // or it would keep its old place
        Iterator<Answer<V>> oldest = answers.values().iterator();
        while (oldest.hasNext() && (!isFresh(oldest.next()) || answers.size() >= maxEntries)) {
            oldest.remove();
        }
        answers.put(key, new Answer<>(value, loop.time()));
    }

    /** One question that is being asked, and the number of those who wait for the answer. */
    private final class Lookup {
        private final K key;
        private final Task<V> task;
        private int waiters;

        Lookup(K key, String label) {
            this.key = key;
            this.task = loop.createSystemTask("look up " + label, this::run);
            task.whenDone(done -> {}); // a failure goes to those who wait; if nobody does any more, it is nobody's
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

        /** Throws what the look-up has thrown, in an exception of this waiter's own. */
        private IOException failureOf(CompletionException failed) {
            return switch (failed.getCause()) {
                case UnknownHostException unknown -> {
                    var own = new UnknownHostException(unknown.getMessage());
                    own.initCause(unknown);
                    yield own;
                }
                case IOException failure -> new IOException(failure.getMessage(), failure);
                case null, default -> throw failed;
            };
        }
    }
}
