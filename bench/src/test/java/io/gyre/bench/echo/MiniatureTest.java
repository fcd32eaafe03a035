package io.gyre.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.echo.Settings.Cell;
import io.gyre.bench.echo.process.Cores;
import io.gyre.bench.echo.process.Tools;
import io.gyre.bench.echo.process.Workshop;
import io.gyre.bench.echo.report.CellResult;
import io.gyre.bench.echo.report.MarkdownReport;
import io.gyre.bench.echo.report.Results;
import io.gyre.bench.echo.report.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole benchmark, as small as it gets. Both processes may share a core here: the figures do not matter. */
class MiniatureTest {
    private static final Cores SAME_CORE = new Cores(0, 0);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit does it
    Path directory;

    @Test
    void oneServerInOneCell() throws Exception {
        var benchmark = new Benchmark(settings("gyre-streams"), Workshop.in(directory), Tools.ofPath());
        var written = new ArrayList<Results>();

        Results results = benchmark.run("now", Map.of("command", "a test"), written::add);

        CellResult cell = results.cells().getFirst();
        assertThat(cell.failures()).isEmpty();
        assertThat(cell.closed())
                .extracting(Sample::server)
                .containsExactlyInAnyOrder("gyre-streams", "floor", "floor-again");
        assertThat(cell.paced()).hasSize(3);
        assertThat(cell.closed()).allSatisfy(sample -> {
            assertThat(sample.messagesPerSecond()).isPositive();
            assertThat(sample.cpuMicros()).isPositive();
            assertThat(sample.p50Micros()).isPositive();
            assertThat(sample.allocatedBytes()).isNotNull();
        });
        assertThat(written).containsExactly(results);
        assertThat(MarkdownReport.render(results)).contains("Gyre streams", "100 B × 2", "this checkout");
    }

    @Test
    void serverThatCannotStartIsReportedAndLeftOut() throws Exception {
        var benchmark = new Benchmark(settings("floor"), Workshop.in(directory), Tools.ofPath());
        Peer broken = Peer.foreign("broken", "Broken", List.of("sh", "-c", "echo 'no such luck' >&2; exit 3"));

        CellResult cell = benchmark.cell(settings("floor").cells().getFirst(), List.of(broken));

        assertThat(cell.failures()).singleElement().asString().contains("Broken has ended: no such luck");
        assertThat(cell.closed()).isEmpty();
    }

    @Test
    void serverThatEndsWhileItIsMeasuredIsReportedAndLeftOut() throws Exception {
        var benchmark = new Benchmark(settings("floor"), Workshop.in(directory), Tools.ofPath());
        Peer deaf = Peer.foreign("deaf", "Deaf", List.of("sh", "-c", "echo version 1; echo port 1; cat"));

        CellResult cell = benchmark.cell(settings("floor").cells().getFirst(), List.of(deaf));

        assertThat(cell.failures())
                .singleElement()
                .asString()
                .contains("Deaf was being measured when", "cannot connect to port 1");
    }

    private static Settings settings(String server) {
        return new Settings(
                List.of(new Cell(100, 2)), List.of(server), 1, 200, 50, 50, 1, Settings.HALF, 50, SAME_CORE);
    }
}
