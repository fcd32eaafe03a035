package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import org.jspecify.annotations.Nullable;

/**
 * How a primitive is called in messages.
 *
 * @param kind its class in a word
 * @param name what its user calls it
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
