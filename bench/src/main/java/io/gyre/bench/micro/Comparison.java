package io.gyre.bench.micro;

import org.jspecify.annotations.Nullable;

/**
 * One line of the table: a benchmark, what it is compared with, and how far apart they may be.
 *
 * @param what the line in words
 * @param subject the label of the benchmark that is judged
 * @param floor the label of the benchmark that it is divided by, or null if the goal is absolute
 * @param goal the largest ratio to the floor, or without a floor the most of the unit; null for none
 * @param unit what the figures count
 * @param operation the same operation in the script of the Python loops, or null for none
 */
record Comparison(
        String what,
        String subject,
        @Nullable String floor,
        @Nullable Double goal,
        Unit unit,
        @Nullable String operation) {
    /** What a figure counts. */
    enum Unit {
        NANOS("ns"),
        BYTES("bytes");

        private final String symbol;

        Unit(String symbol) {
            this.symbol = symbol;
        }

        @Override
        public String toString() {
            return symbol;
        }
    }

    static Comparison ofRatio(String what, String subject, String floor) {
        return new Comparison(what, subject, floor, null, Unit.NANOS, null);
    }

    static Comparison ofRatio(String what, String subject, String floor, double maxRatio) {
        return new Comparison(what, subject, floor, maxRatio, Unit.NANOS, null);
    }

    static Comparison ofNanos(String what, String subject, double maxNanos) {
        return new Comparison(what, subject, null, maxNanos, Unit.NANOS, null);
    }

    static Comparison ofBytes(String what, String subject, double maxBytes) {
        return new Comparison(what, subject, null, maxBytes, Unit.BYTES, null);
    }

    static Comparison ofRatioOfBytes(String what, String subject, String floor) {
        return new Comparison(what, subject, floor, null, Unit.BYTES, null);
    }

    /** {@return this with the same operation of Python beside it} */
    Comparison beside(String peerOperation) {
        return new Comparison(what, subject, floor, goal, unit, peerOperation);
    }
}
