package io.gyre.loop.dump;

import java.time.Duration;

/** Lengths of time for people: one unit is enough. */
final class Span {
    private Span() {}

    /** {@return a length of time, rounded down, such as 3 min} */
    static String words(Duration length) {
        if (length.isNegative()) {
            return "-" + words(length.negated());
        }
        if (length.toDays() > 1) {
            return length.toDays() + " days";
        }
        if (length.toHours() > 1) {
            return length.toHours() + " h";
        }
        if (length.toMinutes() > 1) {
            return length.toMinutes() + " min";
        }
        return length.toSeconds() > 1 ? length.toSeconds() + " s" : length.toMillis() + " ms";
    }
}
