package io.gyre.bench.micro;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;

/**
 * What one process has measured.
 *
 * @param loop the id of the loop
 * @param operation its name in the script
 * @param unit of the figures, {@code ns} or {@code bytes}, for one operation
 * @param median of the repetitions
 * @param repetitions every figure, in the order in which they were measured
 */
public record PythonSample(String loop, String operation, String unit, double median, List<Double> repetitions) {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

    /**
     * {@return what a process has printed}
     *
     * @throws IOException if that is anything else
     */
    static PythonSample parse(String line) throws IOException {
        return JSON.readValue(line, PythonSample.class);
    }

    /** {@return the name of its figure among those of a round} */
    public String label() {
        return label(loop, operation);
    }

    /** {@return the name of the figure of a loop for an operation} */
    public static String label(String loop, String operation) {
        return loop + " " + operation;
    }
}
