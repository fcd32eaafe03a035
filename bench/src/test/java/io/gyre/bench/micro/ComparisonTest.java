package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class ComparisonTest {
    /** A label that no benchmark has would silently drop its line from the table. */
    @Test
    void everyLabelIsThatOfABenchmark() {
        assertThat(compared()).isSubsetOf(benchmarks());
    }

    @Test
    void everyBenchmarkIsCompared() {
        assertThat(withoutParameters(compared())).isEqualTo(withoutParameters(benchmarks()));
    }

    /** An operation that the script does not know would fail in each run, and one that no line names would never run. */
    @Test
    void operationsAreThoseOfTheScript() throws IOException {
        Set<String> operations = Comparison.ALL.stream()
                .map(Comparison::operation)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());

        assertThat(operations).isEqualTo(operationsOfTheScript());
    }

    @Test
    void onlyOperationsBesideWhatWasMeasuredRunAndEachOnce() {
        assertThat(Comparison.operationsBeside(Set.of("LockBenchmark.lock", "QueueBenchmark.queueOfOne", Memory.TASK)))
                .containsExactly("lock", "queue", "memory");
        assertThat(Comparison.operationsBeside(Set.of("SwitchBenchmark.yieldBare")))
                .isEmpty();
    }

    private static Set<String> operationsOfTheScript() throws IOException {
        try (InputStream script = Micro.class.getResourceAsStream("micro.py")) {
            String text = new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
            return Pattern.compile("^ {4}\"([a-z0-9-]+)\": \\(", Pattern.MULTILINE)
                    .matcher(text)
                    .results()
                    .map(match -> match.group(1))
                    .collect(Collectors.toSet());
        }
    }

    private static Set<String> compared() {
        return Comparison.ALL.stream()
                .flatMap(comparison -> Stream.of(comparison.subject(), comparison.floor()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private static Set<String> withoutParameters(Set<String> labels) {
        return labels.stream().map(label -> label.replaceFirst(" .*", "")).collect(Collectors.toSet());
    }

    /** {@return the labels of all; none has more than one parameter} */
    private static Set<String> benchmarks() {
        var out = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return Stream.concat(
                        BenchmarkList.defaultList().getAll(out, List.of()).stream()
                                .flatMap(ComparisonTest::labels),
                        Stream.of(Memory.TASK, Memory.THREAD))
                .collect(Collectors.toSet());
    }

    private static Stream<String> labels(BenchmarkListEntry benchmark) {
        String name = MicroRound.simpleName(benchmark.getUsername());
        Map<String, String[]> parameters = benchmark.getParams().orElse(Map.of());
        return parameters.isEmpty()
                ? Stream.of(name)
                : parameters.values().stream().flatMap(Arrays::stream).map(value -> name + " " + value);
    }
}
