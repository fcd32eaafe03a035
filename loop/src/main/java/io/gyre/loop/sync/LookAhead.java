package io.gyre.loop.sync;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Iterates over what a channel delivers, until its end. */
final class LookAhead<T> implements Iterator<T> {
    private final Object channel;
    private final Supplier<? extends @Nullable T> receive;
    private @Nullable T received;

    /** Delivers what a call returns, until that is null. */
    LookAhead(Object channel, Supplier<? extends @Nullable T> receive) {
        this.channel = channel;
        this.receive = receive;
    }

    @Override
    public boolean hasNext() {
        if (received == null) {
            received = receive.get();
        }
        return received != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException(channel + " has ended");
        }
        T next = Objects.requireNonNull(received);
        received = null;
        return next;
    }
}
