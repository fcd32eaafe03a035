package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import org.jspecify.annotations.Nullable;

/**
 * The name of a primitive in messages.
 *
 * @param kind its class in one word
 * @param name the name that the user has given it
 */
record Label(String kind, @Nullable String name) {
    @Override
    public String toString() {
        return name == null ? kind : kind + "[" + LowLevel.describe(name) + "]";
    }

    String with(String state) {
        return kind + "[" + (name == null ? "" : LowLevel.describe(name) + " ") + state + "]";
    }
}
