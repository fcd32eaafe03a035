package io.gyre.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gyre.bench.peers.PythonLoop;
import io.gyre.bench.peers.PythonSample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * One run: every figure, and what is needed to judge them.
 *
 * @param started when, in UTC
 * @param command the command line
 * @param environment the machine, the JDK, the checkout; by name
 * @param loops of Python, also those that are missing
 * @param rounds the figures that are compared
 * @param jmh the same of Gyre and its floors as JMH writes them, with errors and settings; its tools read this array
 */
record MicroResults(
        String started,
        String command,
        Map<String, String> environment,
        List<PythonLoop> loops,
        List<Round> rounds,
        JsonNode jmh) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * What was measured in one go.
     *
     * @param scores the figure of each benchmark, of each kind of memory and of each operation of Python, by label
     * @param samples of the loops of Python, with their repetitions
     * @param failures what the loops of Python could not do, and why
     */
    record Round(Map<String, Double> scores, List<PythonSample> samples, List<String> failures) {}

    static JsonNode jmh(Collection<RunResult> results) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        return JSON.readTree(bytes.toByteArray());
    }

    void write(Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    /** {@return the comparisons, what they were made with, and what failed} */
    String table() {
        var table = new StringBuilder();
        List<Map<String, Double>> scores = rounds.stream().map(Round::scores).toList();
        table.append(RatioTable.format(Comparisons.ALL, scores, loops)).append("\n\n");
        loops.forEach(loop -> table.append(loop.describe()).append('\n'));
        rounds.stream()
                .flatMap(round -> round.failures().stream())
                .distinct()
                .forEach(failure -> table.append("failed: ").append(failure).append('\n'));
        return table.toString();
    }
}
