package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task waits for, as data. {@link #words} says it to people; the rest is for programs.
 *
 * <p>The texts are one line each, of limited length, and safe to print.
 *
 * <p><b>Confinement:</b> immutable.
 */
public sealed interface Wait {
    /** {@return what the task waits for, in words} */
    String words();

    /**
     * A channel that is to become readable, writable, connected or acceptable.
     *
     * @param words in words
     * @param local the address of this end; null if there is none or it is unknown
     * @param peer the address of the other end; null if there is none or it is unknown
     * @param unreadBytes how many bytes have been received and not read by the program; -1 if unknown
     * @param unsentBytes how many bytes the program has written and the system has not taken; -1 if unknown
     */
    record OnChannel(
            String words, @Nullable String local, @Nullable String peer, long unreadBytes, long unsentBytes)
            implements Wait {
        /** Makes the texts fit for logs. */
        public OnChannel {
            words = Describe.line(words);
            local = local == null ? null : Describe.line(local);
            peer = peer == null ? null : Describe.line(peer);
        }
    }

    /**
     * An instant.
     *
     * @param words in words
     * @param dueIn until the instant, on the loop's clock; negative if it has passed and the loop has had no time
     */
    record OnTimer(String words, Duration dueIn) implements Wait {
        /** Makes the text fit for logs. */
        public OnTimer {
            words = Describe.line(words);
        }
    }

    /**
     * A lock that a task holds.
     *
     * @param words in words
     * @param owner the task that holds it; null if it is just changing hands
     * @param waiting how many tasks wait for it
     */
    record OnLock(String words, @Nullable TaskRef owner, int waiting) implements Wait {
        /** Makes the text fit for logs. */
        public OnLock {
            words = Describe.line(words);
        }
    }

    /**
     * A queue or channel that is full or empty.
     *
     * @param words in words
     * @param size how many items it holds
     * @param capacity the largest number that it can hold; {@link Integer#MAX_VALUE} for no bound
     */
    record OnQueue(String words, int size, int capacity) implements Wait {
        /** Makes the text fit for logs. */
        public OnQueue {
            words = Describe.line(words);
        }
    }

    /**
     * A permit of a semaphore or a token of a limiter.
     *
     * @param words in words
     * @param free how many are free, fewer than wanted
     * @param holders the tasks that have the others; empty if not known, or if something else has them
     */
    record OnPermits(String words, int free, List<TaskRef> holders) implements Wait {
        /** Copies the list, and makes the text fit for logs. */
        public OnPermits {
            words = Describe.line(words);
            holders = List.copyOf(holders);
        }
    }

    /**
     * A future.
     *
     * @param words in words
     * @param completer the task that is to complete it; null if not known
     */
    record OnFuture(String words, @Nullable TaskRef completer) implements Wait {
        /** Makes the text fit for logs. */
        public OnFuture {
            words = Describe.line(words);
        }
    }

    /**
     * The end of other tasks: one that is awaited, of this loop or another, or those of a group.
     *
     * @param words in words
     * @param tasks the tasks that have not ended
     * @param anyIsEnough whether the end of one of them ends the wait
     */
    record OnTasks(String words, List<TaskRef> tasks, boolean anyIsEnough) implements Wait {
        /** Copies the list, and makes the text fit for logs. */
        public OnTasks {
            words = Describe.line(words);
            tasks = List.copyOf(tasks);
        }
    }

    /**
     * The first of several events.
     *
     * @param words in words
     * @param alternatives the events
     */
    record OnFirst(String words, List<Wait> alternatives) implements Wait {
        /** Copies the list, and makes the text fit for logs. */
        public OnFirst {
            words = Describe.line(words);
            alternatives = List.copyOf(alternatives);
        }
    }

    /**
     * A call that runs in another thread.
     *
     * @param words in words
     * @param offloadedAt the user's line that has offloaded it; null if unknown
     * @param thread the name of the thread that runs it; null if it has not begun, or runs in another process
     * @param stack the frames of the thread, innermost call first, at most fifty; empty if there is none
     * @param busy if it has not begun because all threads of the loop's pool are busy: with what
     */
    record OnOffload(
            String words,
            @Nullable String offloadedAt,
            @Nullable String thread,
            List<String> stack,
            List<String> busy) implements Wait {
        /** Copies the lists, and makes the texts fit for logs. */
        public OnOffload {
            words = Describe.line(words);
            thread = thread == null ? null : Describe.line(thread);
            stack = List.copyOf(stack);
            busy = List.copyOf(busy);
        }
    }

    /**
     * A call of the JDK that parks the task: a lock of the JDK, {@code Thread.sleep}, a blocking socket, a monitor. Who
     * owns such a lock, the JDK tells nobody but {@code jcmd Thread.dump_to_file}.
     *
     * @param words in words, with the call
     * @param blocker the object in which it is parked, with its identity, so that tasks at the same lock can be told from
     *     those at another; null if the call names none
     * @param stack the frames of the task, innermost call first, at most fifty
     */
    record OnForeignCall(String words, @Nullable String blocker, List<String> stack) implements Wait {
        /** Copies the list, and makes the texts fit for logs. */
        public OnForeignCall {
            words = Describe.line(words);
            blocker = blocker == null ? null : Describe.line(blocker);
            stack = List.copyOf(stack);
        }
    }

    /**
     * Anything else, such as an event, a barrier, or a primitive of your own.
     *
     * @param words in words
     */
    record OnOther(String words) implements Wait {
        /** Makes the text fit for logs. */
        public OnOther {
            words = Describe.line(words);
        }
    }
}
