package io.gyre.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class ComparisonsTest {
    /** A label that no benchmark has would silently drop its line from the table. */
    @Test
    void everyLabelIsThatOfABenchmark() {
        assertThat(compared()).isSubsetOf(benchmarks());
    }

    @Test
    void everyBenchmarkIsCompared() {
        assertThat(compared()).containsAll(benchmarks());
    }

    private static Set<String> compared() {
        return Comparisons.ALL.stream()
                .flatMap(comparison -> Stream.of(comparison.subject(), comparison.floor()))
                .filter(Objects::nonNull)
                .map(label -> label.replaceFirst(" .*", "")) // the values of parameters
                .collect(Collectors.toSet());
    }

    private static Set<String> benchmarks() {
        var out = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return BenchmarkList.defaultList().getAll(out, List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .map(Micro::simpleName)
                .collect(Collectors.toSet());
    }
}
