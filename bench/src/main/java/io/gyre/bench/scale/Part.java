package io.gyre.bench.scale;

import java.util.Locale;

/** A part of the benchmark that can be run by itself. */
public enum Part {
    TASKS,
    TIMERS,
    CONNECTIONS,
    LOOPS,
    MEMORY;

    /** {@return its name on the command line} */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
