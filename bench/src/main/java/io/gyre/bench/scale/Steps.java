package io.gyre.bench.scale;

import java.io.IOException;
import java.util.List;

/** What is measured in each round of a part, and what the measurements share from round to round. */
interface Steps extends AutoCloseable {
    /** {@return what is measured in each round, in order} */
    List<Step> steps();

    /** Ends the processes that outlive a measurement. */
    @Override
    default void close() {}

    /** One figure to be measured. */
    record Step(String label, Measurement measurement) {}

    /** What may fail, and then costs the run no more than this point. */
    interface Measurement {
        Point measure(int round) throws IOException, InterruptedException;
    }
}
