package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gyre.bench.micro.MicroResults.Round;
import io.gyre.bench.report.ResultFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MicroResultsTest {
    private static final PythonLoop.Sample SAMPLE =
            new PythonLoop.Sample("asyncio", "call-soon", "ns", 3000, List.of(2900.0, 3000.0, 3100.0));

    @TempDir
    Path directory;

    @Test
    void fileHasCommandEnvironmentVersionsAndEveryFigure() throws IOException {
        MicroResults results = results();

        new ResultFiles(directory, "micro-1").write(results);

        JsonNode json = ResultFiles.read(directory.resolve("micro-1.json.gz"), JsonNode.class);
        assertThat(Files.readString(directory.resolve("micro-1.md"))).contains("| callSoon | 30.0 |", "| JDK | 25 |");
        assertThat(json.path("command").asText()).isEqualTo("bench/run micro CallSoon");
        assertThat(json.at("/environment/JDK").asText()).isEqualTo("25");
        assertThat(json.at("/loops/0/version").asText()).isEqualTo("3.11.2");
        assertThat(json.at("/loops/0").has("present")).isFalse();
        assertThat(json.at("/loops/1/missing").asText()).isEqualTo("install it");
        assertThat(json.at("/rounds/0/scores/CallSoonBenchmark.callSoon").asDouble())
                .isEqualTo(30);
        assertThat(json.at("/rounds/0/samples/0/repetitions/2").asDouble()).isEqualTo(3100);
        assertThat(json.path("jmh").isArray()).isTrue();
    }

    @Test
    void resultsCanBeReadBack() throws IOException {
        MicroResults results = results();
        new ResultFiles(directory, "micro-2").write(results);

        assertThat(ResultFiles.read(directory.resolve("micro-2.json.gz"), MicroResults.class))
                .isEqualTo(results);
    }

    @Test
    void tableTellsWhatIsMissingAndWhatFailed() throws IOException {
        assertThat(results().report().text())
                .containsSubsequence(
                        "asyncio 3.11.2 on CPython 3.11.2: python3 micro.py",
                        "missing: uvloop: install it",
                        "failed: asyncio timeout has ended",
                        "callSoon",
                        "30.0",
                        "3000.0");
    }

    private static MicroResults results() throws IOException {
        return new MicroResults(
                "now",
                false,
                "bench/run micro CallSoon",
                Map.of("JDK", "25"),
                List.of(
                        new PythonLoop("asyncio", "3.11.2", "CPython 3.11.2", List.of("python3", "micro.py"), null),
                        new PythonLoop("uvloop", "", "", List.of(), "install it")),
                List.of(new Round(
                        Map.of("CallSoonBenchmark.callSoon", 30.0, SAMPLE.label(), SAMPLE.median()),
                        List.of(SAMPLE),
                        List.of("asyncio timeout has ended"))),
                MicroResults.jmh(List.of()));
    }
}
