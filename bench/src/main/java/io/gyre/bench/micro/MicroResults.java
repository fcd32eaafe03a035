package io.gyre.bench.micro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.RunResults;
import io.gyre.bench.report.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * One run: every figure, and what is needed to judge them.
 *
 * @param loops of Python, also those that are missing
 * @param jmh the same of Gyre and its floors as JMH writes them, with errors and settings; its tools read this array
 */
record MicroResults(
        String started,
        boolean isQuick,
        String command,
        Map<String, String> environment,
        List<PythonLoop> loops,
        List<Round> rounds,
        JsonNode jmh)
        implements RunResults {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What was measured in one go.
     *
     * @param scores the figure of each benchmark, of each kind of memory and of each operation of Python, by label
     * @param samples of the loops of Python, with their repetitions
     * @param failures what the loops of Python could not do, and why
     */
    record Round(Map<String, Double> scores, List<PythonLoop.Sample> samples, List<String> failures) {}

    static JsonNode jmh(Collection<RunResult> results) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        return JSON.readTree(bytes.toByteArray());
    }

    /** Older results have the command beside the environment only. */
    MicroResults {
        environment = new LinkedHashMap<>(environment);
        environment.put("command", command);
    }

    @Override
    public Report report() {
        var lines = new ArrayList<>(List.of(
                "Each figure beside its floor, and beside the same operation of asyncio and uvloop. Ratios are medians of those"
                        + " of the rounds, " + rounds.size() + " in all."));
        lines.addAll(remarks());
        Table table = ComparisonTable.of(Comparison.ALL, scores(), loops, !isQuick);
        return Report.of("Scheduler", this, lines, List.of(Section.of("micro", table)), null);
    }

    private List<Map<String, Double>> scores() {
        return rounds.stream().map(Round::scores).toList();
    }

    private List<String> remarks() {
        return Stream.concat(
                        loops.stream().map(PythonLoop::describe),
                        rounds.stream()
                                .flatMap(round -> round.failures().stream())
                                .distinct()
                                .map(failure -> "failed: " + failure))
                .toList();
    }
}
