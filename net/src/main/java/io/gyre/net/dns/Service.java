package io.gyre.net.dns;

import io.gyre.loop.LowLevel;
import java.util.Objects;

/** The question for a port. */
record Service(String name, Protocol protocol) {
    Service {
        Objects.requireNonNull(name);
        Objects.requireNonNull(protocol);
    }

    /** {@return the question for a message} */
    @Override
    public String toString() {
        return "the " + protocol + " service '" + LowLevel.describe(name) + "'";
    }
}
