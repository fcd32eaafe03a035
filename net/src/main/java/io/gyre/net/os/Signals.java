package io.gyre.net.os;

import io.gyre.loop.Body;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
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
 * Signals that the system sends to this process, one by one.
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
 * <p>Two common uses are ready-made: {@link #cancelOn} for Ctrl-C, and {@link #drainOn} for a server that is told to
 * shut down.
 *
 * <p>While a receiver is open, its signals have no other effect: TERM does not end the process. Several receivers may
 * share a signal. Signals that arrive while no task waits are kept, each kind once; {@link #count} says how often a
 * signal has arrived. A signal that the process was started to ignore, as {@code nohup} does with HUP, never arrives.
 *
 * <p><b>Confinement:</b> tasks of the loop that created the receiver.
 *
 * <p><b>Source:</b> trio {@code open_signal_receiver}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</a>
 */
public final class Signals implements Iterable<String>, AutoCloseable {
    private final Set<String> names;
    private final Mailbox mailbox;
    private boolean closed;

    /** Arrived signals. The JVM adds them on its own threads. */
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
                arrival.leave(name); // closed at the same moment
            }
        }

        private synchronized boolean keep(String name, SignalSwitchboard.Arrival arrival) {
            if (left) {
                return false;
            }
            SignalSwitchboard.Arrival before = pending.put(name, arrival);
            if (before != null) {
                before.take(); // the later signal stands for both
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

        /** Leaves arrived but untaken signals, and all later ones, to others. */
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

    /** A reaction to signals, in force until it is closed. */
    public interface Registration extends AutoCloseable {
        /** Ends the reaction and restores the earlier effect of the signals. Any thread. Idempotent. */
        @Override
        void close();
    }

    private Signals(Set<String> names) {
        this.names = names;
        this.mailbox = new Mailbox(names);
        SignalSwitchboard.connect(names, mailbox);
    }

    /**
     * Starts receiving signals. <b>Suspends:</b> no.
     *
     * @param names such as HUP, TERM, USR1, without the prefix SIG
     * @return the receiver, to be closed
     * @throws IllegalArgumentException if there is no such signal, or it cannot be received because the system or the
     *     JVM reserves it, such as KILL, SEGV, QUIT, USR2
     */
    public static Signals receive(String... names) {
        return new Signals(new LinkedHashSet<>(List.of(names)));
    }

    /**
     * Cancels a task on the first signal. The second signal ends the process at once, with exit code 128 plus the
     * signal's number, as asyncio does on Ctrl-C.
     *
     * {@snippet :
     * EventLoop.run(() -> {
     *     Signals.cancelOn(currentTask(), "INT", "TERM");
     *     work();
     * });
     * }
     *
     * <p>{@link #runMain} does this for the main task of a program, and chooses the exit code.
     *
     * <p>When the task is done, the signals have their earlier effect again, so closing the registration is optional.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param task the task
     * @param names such as INT, TERM
     * @return the registration, which ends the reaction
     * @throws IllegalArgumentException as {@link #receive}
     * @see <a href="https://docs.python.org/3/library/asyncio-runner.html#handling-keyboard-interruption">asyncio,
     *     handling keyboard interruption</a>
     */
    public static Registration cancelOn(Task<?> task, String... names) {
        return ShutdownSignals.cancelling(Objects.requireNonNull(task), names);
    }

    /**
     * Runs a program's main task as {@link EventLoop#run(Body)} does, and ends quietly on Ctrl-C: the first INT or TERM
     * cancels {@code main}, and its exit code says which signal it was, 130 for Ctrl-C. The second signal ends the
     * process at once, as for {@link #cancelOn}.
     *
     * {@snippet :
     * public static void main(String[] args) throws IOException {
     *     System.exit(Signals.runMain(() -> scan(args)));
     * }
     * }
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no: call it outside of a task. <b>Errors:</b> a
     * {@link CancelledException} that no signal has caused propagates, like every other exception of {@code main}.
     *
     * @param <X> what {@code main} may throw
     * @param main the body of the first task; returns the exit code
     * @return the exit code; 128 plus the signal's number if a signal has cancelled {@code main}
     * @throws X what {@code main} throws, unchanged
     */
    public static <X extends Exception> int runMain(Body<Integer, X> main) throws X {
        return runMain(LoopOptions.defaults(), main);
    }

    /**
     * Does what {@link #runMain(Body)} does, for a body whose exit code is 0.
     *
     * @param <X> what {@code main} may throw
     * @param main the body of the first task
     * @return the exit code
     * @throws X what {@code main} throws, unchanged
     */
    public static <X extends Exception> int runMain(VoidBody<X> main) throws X {
        return runMain(LoopOptions.defaults(), main);
    }

    /**
     * Does what {@link #runMain(Body)} does, with options.
     *
     * @param <X> what {@code main} may throw
     * @param options options of the loop
     * @param main the body of the first task; returns the exit code
     * @return the exit code
     * @throws X what {@code main} throws, unchanged
     */
    public static <X extends Exception> int runMain(LoopOptions options, Body<Integer, X> main) throws X {
        return ShutdownSignals.runMain(Objects.requireNonNull(options), Objects.requireNonNull(main));
    }

    /**
     * Does what {@link #runMain(Body)} does, with options, for a body whose exit code is 0.
     *
     * @param <X> what {@code main} may throw
     * @param options options of the loop
     * @param main the body of the first task
     * @return the exit code
     * @throws X what {@code main} throws, unchanged
     */
    public static <X extends Exception> int runMain(LoopOptions options, VoidBody<X> main) throws X {
        Objects.requireNonNull(main);
        return runMain(options, () -> {
            main.run();
            return 0;
        });
    }

    /**
     * Shuts down a server on signals: the first drains it, the second closes it, and the third ends the process at
     * once, with exit code 128 plus the signal's number.
     *
     * {@snippet :
     * try (TcpServer server = TcpServer.serve(address, this::handle)) {
     *     Signals.drainOn(server, Duration.ofSeconds(20), "TERM", "INT");
     *     server.awaitClosed();
     * }
     * }
     *
     * <p>When the server is closed, the signals have their earlier effect again, so closing the registration is
     * optional. The process ends with its program, with exit code 0 if nothing went wrong: the requested shutdown was
     * carried out.
     *
     * <p><b>Confinement:</b> the loop of the server. <b>Suspends:</b> no.
     *
     * @param server the server
     * @param grace how long its connections may continue
     * @param names such as TERM, INT
     * @return the registration, which ends the reaction; a step already begun continues
     * @throws IllegalArgumentException as {@link #receive}
     * @throws WrongLoopException if the server belongs to another loop
     * @see StreamServer#drain
     */
    public static Registration drainOn(StreamServer<?> server, Duration grace, String... names) {
        return ShutdownSignals.draining(Objects.requireNonNull(server), Objects.requireNonNull(grace), names);
    }

    /**
     * As {@link #drainOn(StreamServer, Duration, String...)}, for the servers of several loops.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param servers the servers
     * @param grace how long their connections may continue
     * @param names such as TERM, INT
     * @return the registration, which ends the reaction; a step already begun continues
     * @throws IllegalArgumentException as {@link #receive}
     * @see ServerGroup#drain
     */
    public static Registration drainOn(ServerGroup servers, Duration grace, String... names) {
        return ShutdownSignals.draining(Objects.requireNonNull(servers), Objects.requireNonNull(grace), names);
    }

    /**
     * Takes the next signal.
     *
     * <p><b>Suspends:</b> until a signal arrives. <b>Cancellation:</b> takes none.
     *
     * @return its name
     * @throws IllegalStateException if the receiver is closed, even while waiting
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

    /** {@return whether a signal has arrived; false if the receiver was closed} */
    private boolean awaitPending() {
        LowLevel.checkpoint();
        LowLevel.checkLoop(this, mailbox.loop, "Receive signals on each loop; each loop gets all signals.");
        while (!closed && !mailbox.hasPending()) {
            mailbox.bell.await();
        }
        return !closed;
    }

    /**
     * {@return how often a signal has arrived since the receiver was opened, taken or not} Any thread.
     *
     * @param name its name
     */
    public long count(String name) {
        return mailbox.count(name);
    }

    /** {@return the signals from now on; {@code hasNext} suspends until one arrives or the receiver is closed} */
    @Override
    public Iterator<String> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return awaitPending(); // takes none: the caller may stop iterating here
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
     * Stops receiving and restores the earlier effect of the signals. <b>Suspends:</b> no. A task waiting for a signal
     * gets {@link IllegalStateException}, and an iteration ends. An arrived signal that no task has taken, here or in
     * another receiver that got it, is raised again: a TERM then ends the process unless another receiver is open.
     * Idempotent.
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
