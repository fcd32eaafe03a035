package io.gyre.net.os;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Who wants which signal of this process. Any thread. */
final class SignalSwitchboard {
    /*
     * Design.
     *
     * The JVM has one handler for each signal. The first listener of a signal has ours installed, the last one that leaves
     * has the one before restored. By number, because a signal may have two names.
     *
     * A listener whose loop or task has ended may have been forgotten here. It must not swallow the signal that is to end
     * the process, so it is taken out when a signal or another listener comes; when a signal finds none that is left, it is
     * sent anew, to the handler before.
     */
    private static final Map<Integer, SignalSwitchboard> BY_NUMBER = new HashMap<>(); // guarded by the class

    /** Hears signals, in a thread of the JVM. */
    interface Listener {
        /**
         * A signal has come.
         *
         * @param name as the listener has called it
         * @param arrival to be taken or left
         */
        void received(String name, Arrival arrival);

        /** {@return whether nobody is there any more} */
        boolean isGone();
    }

    /** A signal that has come, in the hands of those who have heard it. Any thread. */
    static final class Arrival {
        private int undecided;
        private boolean taken;

        Arrival(int listeners) {
            undecided = listeners;
        }

        /** One of them sees to it. */
        synchronized void take() {
            taken = true;
        }

        /** One of them does not; if none does, it is sent once more, to whoever would get the next one. */
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
     * Lets a listener hear signals, or throws and changes nothing.
     *
     * @throws IllegalArgumentException if there is none, or one of them cannot be received
     */
    static synchronized void connect(Set<String> names, Listener listener) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no signal is named. Name one or more, such as TERM.");
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

    /** Takes it back. Does nothing the second time. */
    static synchronized void disconnect(Set<String> names, Listener listener) {
        for (String name : names) {
            SignalSwitchboard board = BY_NUMBER.get(JdkSignals.number(name));
            if (board != null && board.listeners.remove(listener) != null) {
                board.restoreIfUnused();
            }
        }
    }

    /** {@return whether none is left, and the handler before has been restored} */
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
            return Map.of(); // the last one has left at this moment
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
            // the system's own action, which cannot be had from here; the next signal gets it
        }
    }
}
