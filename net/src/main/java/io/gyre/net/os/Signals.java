package io.gyre.net.os;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.net.ServerGroup;
import io.gyre.net.StreamServer;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signals that the system sends to this process, one after the other.
 *
 * {@snippet :
 * try (Signals signals = Signals.receive("HUP", "USR1")) {
 *     for (String name : signals) {
 *         if (name.equals("HUP")) {
 *             readConfiguration();
 *         } else {
 *             printStatistics();
 *         }
 *     }
 * }
 * }
 *
 * <p>For the most frequent uses there are {@link #cancelOn}, which is what Ctrl-C does, and {@link #drainOn}, which is what a
 * server does when it is told to end.
 *
 * <p>As long as somebody receives a signal, it does nothing else: TERM does not end the process. Several may receive the same.
 * Signals that come while nobody waits are kept, each kind once; {@link #count} says how often it has come. A signal that the
 * process was started to ignore, as {@code nohup} does it with HUP, never comes.
 *
 * <p><b>Confinement:</b> tasks of the loop that was current when it was made.
 *
 * <p><b>Source:</b> trio {@code open_signal_receiver}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</a>
 */
public final class Signals implements Iterable<String>, AutoCloseable {
    private final Set<String> names;
    private final Mailbox mailbox;
    private boolean closed;

    /** What has come. The JVM puts it in, in threads of its own. */
    private static final class Mailbox implements SignalSwitchboard.Listener {
        private final EventLoop loop = EventLoop.current();
        private final Doorbell bell;
        private final Map<String, SignalSwitchboard.Arrival> pending = new LinkedHashMap<>();
        private final Map<String, Long> counts = new LinkedHashMap<>();
        private boolean left;

        Mailbox(Set<String> names) {
            bell = new Doorbell("a signal: " + String.join(", ", names));
        }

        @Override
        public void received(String name, SignalSwitchboard.Arrival arrival) {
            if (!keep(name, arrival)) {
                arrival.leave(name); // this was closed at the same moment
            }
        }

        private synchronized boolean keep(String name, SignalSwitchboard.Arrival arrival) {
            if (left) {
                return false;
            }
            SignalSwitchboard.Arrival before = pending.put(name, arrival);
            if (before != null) {
                before.take(); // the later one stands for both
            }
            counts.merge(name, 1L, Long::sum);
            bell.ring();
            return true;
        }

        synchronized @Nullable String poll() {
            Iterator<Map.Entry<String, SignalSwitchboard.Arrival>> oldest =
                    pending.entrySet().iterator();
            if (!oldest.hasNext()) {
                return null;
            }
            Map.Entry<String, SignalSwitchboard.Arrival> next = oldest.next();
            oldest.remove();
            next.getValue().take();
            return next.getKey();
        }

        synchronized boolean hasPending() {
            return !pending.isEmpty();
        }

        /** Leaves to others what has come and was not taken, and what comes. */
        void leave() {
            Map<String, SignalSwitchboard.Arrival> rest;
            synchronized (this) {
                left = true;
                rest = new LinkedHashMap<>(pending);
                pending.clear();
            }
            rest.forEach((name, arrival) -> arrival.leave(name));
        }

        synchronized long count(String name) {
            return counts.getOrDefault(name, 0L);
        }

        @Override
        public boolean isGone() {
            return loop.isClosed();
        }
    }

    /** What happens on signals, until it is closed. */
    public interface Registration extends AutoCloseable {
        /** Takes it back: what the signals did before, they do again. Any thread. Does nothing the second time. */
        @Override
        void close();
    }

    private Signals(Set<String> names) {
        this.names = names;
        this.mailbox = new Mailbox(names);
        SignalSwitchboard.connect(names, mailbox);
    }

    /**
     * Begins to receive signals. <b>Suspends:</b> no.
     *
     * @param names such as HUP, TERM, USR1: without SIG
     * @return the signals, to be closed
     * @throws IllegalArgumentException if there is no such signal, or it cannot be received, because the system or the JVM has it for
     *     itself, such as KILL, SEGV, QUIT, USR2
     */
    public static Signals receive(String... names) {
        return new Signals(new LinkedHashSet<>(List.of(names)));
    }

    /**
     * Cancels a task on the first signal, and ends the process on the next, at once and with exit code 128 and its number: what
     * asyncio does on Ctrl-C.
     *
     * {@snippet :
     * EventLoop.run(() -> {
     *     Signals.cancelOn(currentTask(), "INT", "TERM");
     *     work();
     * });
     * }
     *
     * <p>When the task is done, the signals do what they did before, so that this need not be closed.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param task the task
     * @param names such as INT, TERM
     * @return takes it back
     * @throws IllegalArgumentException as {@link #receive}
     * @see <a href="https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption">asyncio, handling
     *     keyboard interruption</a>
     */
    public static Registration cancelOn(Task<?> task, String... names) {
        return ShutdownSignals.cancelling(Objects.requireNonNull(task), names);
    }

    /**
     * Has a server end on signals: the first drains it, the second closes it, and the third ends the process, at once and with exit
     * code 128 and its number.
     *
     * {@snippet :
     * try (TcpServer server = TcpServer.serve(address, this::handle)) {
     *     Signals.drainOn(server, Duration.ofSeconds(20), "TERM", "INT");
     *     server.awaitClosed();
     * }
     * }
     *
     * <p>When the server is closed, the signals do what they did before, so that this need not be closed. The process ends when
     * its program does, with exit code 0 if nothing went wrong: what was asked for has been done.
     *
     * <p><b>Confinement:</b> the loop of the server. <b>Suspends:</b> no.
     *
     * @param server the server
     * @param grace how long its connections may go on
     * @param names such as TERM, INT
     * @return takes it back; what has begun goes on
     * @throws IllegalArgumentException as {@link #receive}
     * @throws WrongLoopException if the server belongs to another loop
     * @see StreamServer#drain
     */
    public static Registration drainOn(StreamServer<?> server, Duration grace, String... names) {
        return ShutdownSignals.draining(Objects.requireNonNull(server), grace, names);
    }

    /**
     * Does what {@link #drainOn(StreamServer, Duration, String...)} does, for the servers of several loops.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param servers the servers
     * @param grace how long their connections may go on
     * @param names such as TERM, INT
     * @return takes it back; what has begun goes on
     * @throws IllegalArgumentException as {@link #receive}
     * @see ServerGroup#drain
     */
    public static Registration drainOn(ServerGroup servers, Duration grace, String... names) {
        return ShutdownSignals.draining(Objects.requireNonNull(servers), grace, names);
    }

    /**
     * Takes the next signal.
     *
     * <p><b>Suspends:</b> until one comes. <b>Cancellation:</b> takes none.
     *
     * @return its name
     * @throws IllegalStateException if this is closed, also while waiting
     */
    public String next() {
        String name = nextOrEnd();
        if (name == null) {
            throw new IllegalStateException(this + " is closed. Receive signals anew.");
        }
        return name;
    }

    private @Nullable String nextOrEnd() {
        return awaitPending() ? mailbox.poll() : null;
    }

    /** {@return whether a signal has come; false if this was closed} */
    private boolean awaitPending() {
        Task<?> task = LowLevel.checkpoint();
        if (task.loop() != mailbox.loop) {
            throw new WrongLoopException(
                    this, mailbox.loop, task, "Receive signals on each loop; each loop gets all signals.");
        }
        while (!closed && !mailbox.hasPending()) {
            mailbox.bell.await();
        }
        return !closed;
    }

    /**
     * {@return how often a signal has come since this was opened, whether it was taken or not} Any thread.
     *
     * @param name its name
     */
    public long count(String name) {
        return mailbox.count(name);
    }

    /** {@return the signals from now on; {@code hasNext} suspends until one comes, or this is closed} */
    @Override
    public Iterator<String> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return awaitPending(); // takes none: the iteration may be left here
            }

            @Override
            public String next() {
                String next = nextOrEnd();
                if (next == null) {
                    throw new NoSuchElementException(Signals.this + " is closed");
                }
                return next;
            }
        };
    }

    /**
     * Ends receiving: what the signals did before, they do again. <b>Suspends:</b> no. A task that waits for one gets
     * {@link IllegalStateException}, and an iteration ends. A signal that has come and that nobody has taken, here or
     * in another receiver that got it, goes where the next one would go: a TERM ends the process, if nobody receives it. Does
     * nothing the second time.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        SignalSwitchboard.disconnect(names, mailbox);
        mailbox.leave();
        mailbox.bell.wakeAll();
    }

    @Override
    public String toString() {
        return "Signals" + names;
    }
}
