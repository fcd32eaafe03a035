package io.gyre.bench.scale;

import java.io.IOException;
import java.util.List;

/**
 * One figure to be measured.
 *
 * @param label for the progress bar
 * @param plannedMillis how long that is going to take, about
 * @param measurement what to do
 */
record Step(String label, long plannedMillis, Measurement measurement) {
    /** What may fail, and then costs the run no more than this point. */
    interface Measurement {
        Point measure(int round) throws IOException, InterruptedException;
    }

    /** Knows the steps of a round; keeps what they share from round to round. */
    interface Source extends AutoCloseable {
        /** {@return what is measured in each round, in order} */
        List<Step> steps();

        /** Ends the processes that it has started. */
        @Override
        void close();
    }
}
