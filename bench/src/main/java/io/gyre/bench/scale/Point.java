package io.gyre.bench.scale;

import java.util.Map;

/**
 * What was measured once.
 *
 * @param question what was asked
 * @param variant who was asked: Gyre's begin with its name, floors with "bare"
 * @param count how many there were: tasks, timers, connections or loops
 * @param round from 1
 * @param figures by the names in {@link Figure}
 */
public record Point(Question question, String variant, long count, int round, Map<String, Double> figures) {
    static boolean isOurs(String variant) {
        return variant.startsWith("Gyre");
    }

    static boolean isFloor(String variant) {
        return variant.startsWith("bare");
    }
}
