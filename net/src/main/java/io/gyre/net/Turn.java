package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.Task;
import org.jspecify.annotations.Nullable;

/** One direction of a stream or socket, which one task at a time may use. */
class Turn {
    private final Object resource;
    private final String direction;
    private @Nullable Task<?> holder;

    Turn(Object resource, String direction) {
        this.resource = resource;
        this.direction = direction;
    }

    final void beginTurn(Task<?> task) {
        if (holder != null) {
            throw new BusyException(this, holder, task);
        }
        holder = task;
    }

    final void endTurn() {
        holder = null;
    }

    final boolean isTaken() {
        return holder != null;
    }

    @Override
    public final String toString() {
        return "the " + direction + " side of " + resource;
    }
}
