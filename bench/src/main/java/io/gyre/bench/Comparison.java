package io.gyre.bench;

import org.jspecify.annotations.Nullable;

/**
 * One line of the table: a benchmark, what it is compared with, and how far apart they may be.
 *
 * @param what the line in words
 * @param subject the label of the benchmark that is judged
 * @param floor the label of the benchmark that it is divided by, or null if the goal is absolute
 * @param goal the largest ratio to the floor, or without a floor the most nanoseconds; null for none
 */
record Comparison(
        String what,
        String subject,
        @Nullable String floor,
        @Nullable Double goal) {
    static Comparison ofRatio(String what, String subject, String floor) {
        return new Comparison(what, subject, floor, null);
    }

    static Comparison ofRatio(String what, String subject, String floor, double maxRatio) {
        return new Comparison(what, subject, floor, maxRatio);
    }

    static Comparison ofNanos(String what, String subject, double maxNanos) {
        return new Comparison(what, subject, null, maxNanos);
    }
}
