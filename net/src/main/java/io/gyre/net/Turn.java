package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.Task;
import org.jspecify.annotations.Nullable;

/** One direction of a stream or socket, for use by one task at a time. */
abstract class Turn {
    private @Nullable Task<?> holder;

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

    /** {@return the direction and its owner, for messages} */
    @Override
    public abstract String toString();
}
