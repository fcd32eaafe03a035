package io.gyre.net.os;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Which listeners receive which signals of this process. Any thread. */
final class SignalSwitchboard {
    /*
     * Design.
     *
     * The JVM has one handler per signal. The first listener of a signal installs ours; the last one to leave restores
     * the previous handler. Keyed by number, because a signal may have two names.
     *
     * A listener may still be here although its loop or task has ended. It must not swallow a signal that is meant to
     * end the process, so it is removed when a signal or another listener arrives; a signal that finds no listener left
     * is raised again, for the previous handler.
     */
    private static final Map<Integer, SignalSwitchboard> BY_NUMBER = new HashMap<>(); // guarded by the class

    /** Receives signals, on a thread of the JVM. */
    interface Listener {
        /**
         * A signal has arrived.
         *
         * @param name the name that the listener used
         * @param arrival to be taken or left
         */
        void received(String name, Arrival arrival);

        /** {@return whether the listener's loop or task has ended} */
        boolean isGone();
    }

    /** A signal that has arrived, shared by the listeners that received it. Any thread. */
    static final class Arrival {
        private int undecided;
        private boolean taken;

        Arrival(int listeners) {
            undecided = listeners;
        }

        /** A listener handles it. */
        synchronized void take() {
            taken = true;
        }

        /** A listener declines it; if all do, the signal is raised again, for its next handler. */
        void leave(String name) {
            if (isLeftByAll()) {
                sendAnew(name);
            }
        }

        private synchronized boolean isLeftByAll() {
            undecided--;
            return undecided == 0 && !taken;
        }
    }

    private final int number;
    private final JdkSignals.Handler handler;
    private final Map<Listener, String> listeners = new LinkedHashMap<>();

    private SignalSwitchboard(String name, int number) {
        this.number = number;
        this.handler = JdkSignals.handle(name, () -> dispatch(number));
    }

    /**
     * Connects a listener to signals, or throws and changes nothing.
     *
     * @throws IllegalArgumentException if there is no such signal, or one of them cannot be received
     */
    static synchronized void connect(Set<String> names, Listener listener) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no signal given. Pass at least one, such as TERM.");
        }
        names.forEach(JdkSignals::number);
        try {
            names.forEach(name -> of(name).listeners.put(listener, name));
        } catch (IllegalArgumentException refused) {
            disconnect(names, listener);
            throw refused;
        }
    }

    private static SignalSwitchboard of(String name) {
        int number = JdkSignals.number(name);
        SignalSwitchboard present = BY_NUMBER.get(number);
        if (present != null && !present.forgetThoseGone()) {
            return present;
        }
        var installed = new SignalSwitchboard(name, number);
        BY_NUMBER.put(number, installed);
        return installed;
    }

    /** Disconnects a listener. Idempotent. */
    static synchronized void disconnect(Set<String> names, Listener listener) {
        for (String name : names) {
            SignalSwitchboard board = BY_NUMBER.get(JdkSignals.number(name));
            if (board != null && board.listeners.remove(listener) != null) {
                board.restoreIfUnused();
            }
        }
    }

    /** {@return whether no listener is left, and the previous handler has been restored} */
    private boolean forgetThoseGone() {
        listeners.keySet().removeIf(Listener::isGone);
        return restoreIfUnused();
    }

    private boolean restoreIfUnused() {
        if (listeners.isEmpty()) {
            BY_NUMBER.remove(number);
            handler.restore();
        }
        return listeners.isEmpty();
    }

    private static void dispatch(int number) {
        Map<Listener, String> all = listenersOf(number);
        var arrival = new Arrival(all.size());
        all.forEach((listener, name) -> listener.received(name, arrival));
    }

    private static synchronized Map<Listener, String> listenersOf(int number) {
        SignalSwitchboard board = BY_NUMBER.get(number);
        if (board == null) {
            return Map.of(); // the last listener has just left
        }
        if (board.forgetThoseGone()) {
            sendAnew(board.handler.name());
        }
        return new LinkedHashMap<>(board.listeners);
    }

    private static void sendAnew(String name) {
        try {
            JdkSignals.raise(name);
        } catch (IllegalArgumentException notHandledByJava) {
            // the system's default action, which we cannot invoke; the next signal gets it
        }
    }
}
