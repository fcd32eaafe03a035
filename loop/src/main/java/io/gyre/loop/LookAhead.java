package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Iterates over what a source delivers, until its end. */
final class LookAhead<T> implements Iterator<T> {
    private final Object source;
    private final Supplier<? extends @Nullable T> receive;
    private @Nullable T received;

    /** Delivers what a call returns, until that is null. */
    LookAhead(Object source, Supplier<? extends @Nullable T> receive) {
        this.source = source;
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
            throw new NoSuchElementException(Describe.object(source) + " has ended");
        }
        T next = Objects.requireNonNull(received);
        received = null;
        return next;
    }
}
