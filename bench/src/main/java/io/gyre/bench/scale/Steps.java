package io.gyre.bench.scale;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What is measured in each round of a part, in order. */
interface Steps extends AutoCloseable {
    List<Step> steps();

    /** Ends the processes that outlive a measurement. */
    @Override
    default void close() {}

    /** Something to be measured; see {@link Point}. */
    record Step(Question question, String variant, long count, Measurement measurement) {
        String label() {
            return question.title + ", N = " + count + ": " + variant;
        }

        Point measure(int round) throws IOException, InterruptedException {
            return new Point(question, variant, count, round, measurement.figures());
        }
    }

    /** What may fail, and then costs the run no more than one point. */
    interface Measurement {
        Map<String, Double> figures() throws IOException, InterruptedException;
    }
}
