package io.gyre.loop.internal.poll;

import java.nio.channels.SelectionKey;
import java.util.function.Consumer;

/** A channel in a poller. */
public abstract sealed class Registered permits Interest, OwnedInterest {
    /** The index in the poller; -1 once it has been removed. Set by the poller. */
    int place;

    final SelectionKey key;

    Registered(SelectionKey key) {
        this.key = key;
    }

    /** {@return whether the channel is open and registered as this object} */
    public final boolean isValid() {
        return place >= 0 && key.isValid();
    }

    /** Passes readiness on. Runs inside the select: changes interest, never selects. */
    abstract void dispatch();

    /**
     * Passes the listeners to a sink, also listeners that currently wait for nothing.
     *
     * @param sink receives each listener
     */
    public abstract void forEachListener(Consumer<? super ReadinessListener> sink);

    abstract void closed();
}
