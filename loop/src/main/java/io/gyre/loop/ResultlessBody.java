package io.gyre.loop;

import io.gyre.loop.internal.text.StandsFor;
import org.jspecify.annotations.Nullable;

/**
 * Adapts a body without a result, to return null; serializable if the adapted body is.
 *
 * @param <X> the checked exception that the code may throw
 * @param body the body without a result
 */
record ResultlessBody<X extends Exception>(VoidBody<X> body) implements SerializableBody<@Nullable Void, X>, StandsFor {
    @Override
    public @Nullable Void run() throws X {
        body.run();
        return null;
    }

    @Override
    public Object original() {
        return body;
    }
}
