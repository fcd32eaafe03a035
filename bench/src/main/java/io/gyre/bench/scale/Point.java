package io.gyre.bench.scale;

import io.gyre.bench.process.Footprint;
import java.util.HashMap;
import java.util.Map;

/**
 * What was measured once.
 *
 * @param variant who was asked: Gyre's begin with its name, floors with "bare"
 * @param count how many there were: tasks, timers, connections or loops
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

    /** {@return the figures of something that was added so many times} */
    static Map<String, Double> memory(Footprint added, int count) {
        var figures = new HashMap<String, Double>();
        figures.put(HEAP_BYTES, (double) added.heapBytes() / count);
        figures.put(DIRECT_BYTES, (double) added.directBytes() / count);
        figures.put(RESIDENT_BYTES, (double) added.residentBytes() / count);
        Long proportional = added.proportionalBytes();
        if (proportional != null) {
            figures.put(PROPORTIONAL_BYTES, (double) proportional / count);
        }
        return Map.copyOf(figures);
    }

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
