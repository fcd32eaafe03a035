package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.Body;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.net.ServerGroup;
import io.gyre.net.StreamServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Signals that shut something down, more forcefully each time. */
final class ShutdownSignals implements SignalSwitchboard.Listener, Signals.Registration {
    /*
     * Design.
     *
     * The last step is taken right here, in the JVM's signal thread, because it is meant for a loop that hangs. It
     * halts the JVM: the shutdown hooks may be what hangs.
     */
    private static final int EXIT_CODE_OF_SIGNAL = 128;

    /** The thing to shut down. */
    private interface Ending {
        /** {@return whether another step remained before ending the process, and was taken} */
        boolean goOn(int step, String name);

        boolean isOver();
    }

    private final Set<String> names;
    private final Ending ending;
    private int steps; // guarded by this
    private @Nullable String first; // guarded by this

    private ShutdownSignals(Ending ending, String... names) {
        this.ending = ending;
        this.names = new LinkedHashSet<>(List.of(names));
        SignalSwitchboard.connect(this.names, this);
    }

    static ShutdownSignals cancelling(Task<?> task, String... names) {
        return new ShutdownSignals(
                new Ending() {
                    @Override
                    public boolean goOn(int step, String name) {
                        if (step == 1) {
                            task.cancel("the process was told to end by SIG" + name);
                        }
                        return step == 1;
                    }

                    @Override
                    public boolean isOver() {
                        return task.isDone() || task.loop().isClosed();
                    }
                },
                names);
    }

    /** Runs a program until it ends or a signal cancels it, and returns its exit code. */
    static <X extends Exception> int runMain(LoopOptions options, Body<Integer, X> main) throws X {
        var signals = new ArrayList<ShutdownSignals>();
        try {
            return EventLoop.run(options, () -> {
                signals.add(cancelling(Async.currentTask(), "INT", "TERM"));
                return main.run();
            });
        } catch (CancelledException cancelled) {
            String signal = signals.isEmpty() ? null : signals.getFirst().first();
            if (signal == null) {
                throw cancelled;
            }
            return EXIT_CODE_OF_SIGNAL + JdkSignals.number(signal);
        }
    }

    private synchronized @Nullable String first() {
        return first;
    }

    static ShutdownSignals draining(StreamServer<?> server, Duration grace, String... names) {
        EventLoop loop = server.loop();
        LowLevel.checkLoop(
                server, loop, "A server belongs to the loop that created it; from elsewhere use loop.call(() -> ...).");
        var signals = new ShutdownSignals(new Draining(server, loop, () -> server.drain(grace), server::close), names);
        signals.endWith(server, loop, server::awaitClosed);
        return signals;
    }

    static ShutdownSignals draining(ServerGroup servers, Duration grace, String... names) {
        EventLoop loop = servers.servers().getFirst().loop();
        var signals =
                new ShutdownSignals(new Draining(servers, loop, () -> servers.drain(grace), servers::close), names);
        try {
            loop.callSoonThreadsafe(() -> signals.endWith(servers, loop, servers::awaitClosed));
        } catch (LoopClosedException closed) {
            signals.close();
        }
        return signals;
    }

    private void endWith(Object server, EventLoop loop, Runnable awaitClosed) {
        loop.createSystemTask("signals until " + server + " is closed", () -> {
            try {
                awaitClosed.run();
            } finally {
                close();
            }
        });
    }

    /** Drains a server, or several, in tasks of one loop. */
    private record Draining(Object server, EventLoop loop, Runnable drain, Runnable close) implements Ending {
        @Override
        public boolean goOn(int step, String name) {
            switch (step) {
                case 1 -> start("drain", name, drain);
                case 2 -> start("close", name, close);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void start(String what, String name, Runnable body) {
            try {
                loop.callSoonThreadsafe(
                        () -> loop.createSystemTask(what + " of " + server + " on SIG" + name, body::run));
            } catch (LoopClosedException closedMeanwhile) {
                // and so is the server
            }
        }

        @Override
        public boolean isOver() {
            return loop.isClosed();
        }
    }

    @Override
    public synchronized void received(String name, SignalSwitchboard.Arrival arrival) {
        arrival.take();
        steps++;
        first = first == null ? name : first;
        if (!ending.goOn(steps, name)) {
            Runtime.getRuntime().halt(EXIT_CODE_OF_SIGNAL + JdkSignals.number(name));
        }
    }

    @Override
    public boolean isGone() {
        return ending.isOver();
    }

    @Override
    public void close() {
        SignalSwitchboard.disconnect(names, this);
    }
}
