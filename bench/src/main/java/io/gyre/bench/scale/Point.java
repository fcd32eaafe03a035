package io.gyre.bench.scale;

import java.util.Map;

/**
 * What was measured once.
 *
 * @param question what was asked
 * @param variant who was asked: Gyre's begin with its name, floors with "bare"
 * @param count how many there were: tasks, timers, connections or loops
 * @param round from 1
 * @param figures by the names below; what is called bytes is for each, and busy counts cores
 */
public record Point(Question question, String variant, long count, int round, Map<String, Double> figures) {
    static final String NANOS = "nanos";
    static final String COLLECTING = "collecting"; // share of the time
    static final String CPU_MICROS = "cpuMicros";
    static final String THROUGHPUT = "messagesPerSecond";
    static final String SERVER_BUSY = "serverBusy";
    static final String GENERATOR_BUSY = "generatorBusy";
    static final String HEAP_BYTES = "heapBytes";
    static final String DIRECT_BYTES = "directBytes";
    static final String RESIDENT_BYTES = "residentBytes"; // growth of the resident set
    static final String PROPORTIONAL_BYTES = "proportionalBytes"; // of the proportional set, if the system tells

    static final String LATE = "lateP999Millis";
    static final String LATEST = "lateWorstMillis";

    double figure(String name) {
        return figures.getOrDefault(name, Double.NaN);
    }

    static boolean isOurs(String variant) {
        return variant.startsWith("Gyre");
    }

    static boolean isFloor(String variant) {
        return variant.startsWith("bare");
    }
}
