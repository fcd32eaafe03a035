package io.gyre.bench.echo;

import static io.gyre.bench.options.CommandLines.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gyre.bench.load.Sample;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.report.MarkdownReport;
import io.gyre.bench.servers.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole benchmark, as small as it gets. Both processes may share a core here: the figures do not matter. */
class MiniatureTest {
    private static final Cores SAME_CORE = new Cores(0, 0);
    private static final Cell CELL = new Cell(100, 2);

    private static final String OWN = Tools.ofJdk("java") + " -XX:+UseSerialGC -cp "
            + System.getProperty("java.class.path") + " " + OwnServer.class.getName();

    @TempDir
    Path directory;

    @Test
    void oneServerInOneCell() throws Exception {
        var written = new ArrayList<Results>();

        Results results = benchmark("--servers=gyre-streams").run(written::add);

        CellResult cell = results.cells().getFirst();
        assertThat(results.failures()).isEmpty();
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
        assertThat(MarkdownReport.render(results.report())).contains("Gyre streams", "100 B × 2", "this checkout");
    }

    @Test
    @Timeout(60) // new JVMs make their first handshakes
    void handshakesHaveACellOfTheirOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/include/openssl/ssl.h")), "there is no OpenSSL; install libssl-dev");
        Benchmark benchmark = benchmark("--tls", "--servers=gyre-streams");

        CellResult cell = benchmark.cell(new Cell(Exchange.RESUMED_HANDSHAKE, 64, 2), benchmark.running());

        assertThat(cell.failures()).isEmpty();
        assertThat(cell.closed()).hasSize(3);
        assertThat(cell.paced()).isEmpty();
        var results = new Results("now", false, Map.of(Results.TLS, "1.3"), List.of(), List.of(cell));
        assertThat(MarkdownReport.render(results.report()))
                .contains("# Echo benchmark over TLS", "resumed handshake × 2", "OpenSSL ≤ 1.10 × Netty's");
    }

    @Test
    void serverThatCannotStartIsReportedAndLeftOut() throws Exception {
        assertThat(failure(shell("broken", "echo 'no such luck' >&2; exit 3")))
                .contains("broken has ended: no such luck");
    }

    @Test
    void serverThatEndsWhileItIsMeasuredIsReportedAndLeftOut() throws Exception {
        assertThat(failure(shell("deaf", "echo version 1; echo port 1; cat")))
                .contains("deaf was being measured when", "cannot connect to port 1");
    }

    @Test
    void serverOfTheUserIsMeasuredInBothLoops() throws Exception {
        Results results =
                benchmark("--servers=floor", "--server=mine=" + OWN + " {port}").run(_ -> {});

        CellResult cell = results.cells().getFirst();
        assertThat(results.failures()).isEmpty();
        assertThat(cell.closed()).extracting(Sample::server).containsExactly("floor", "mine", "floor-again");
        assertThat(cell.paced()).extracting(Sample::server).containsExactly("floor", "mine", "floor-again");
        assertThat(cell.closed())
                .allSatisfy(sample -> assertThat(sample.cpuMicros()).isPositive());
        assertThat(MarkdownReport.render(results.report())).contains("| mine | your own |");
    }

    @Test
    void serverOfTheUserThatDoesNotServeIsReported() throws Exception {
        assertThat(failure(Peer.own("mine=sh -c 'echo no such luck >&2; exit 3' {port}")))
                .startsWith("mine has ended before it listened on port ")
                .endsWith(": no such luck");
    }

    /** Its time would be that of the shell, which does nothing. */
    @Test
    void serverOfTheUserThatIsNotTheProcessThatWasStartedIsReported() throws Exception {
        assertThat(failure(Peer.own("mine=sh -c '" + OWN + " {port}; true'")))
                .startsWith("mine has started another process (");
    }

    private static Peer shell(String id, String script) {
        return Peer.foreign(id, id, List.of("sh", "-c", script));
    }

    /** {@return the failure of a server that is measured alone, and of which no sample is left} */
    private String failure(Peer peer) throws Exception {
        CellResult cell = benchmark("--servers=floor").cell(CELL, List.of(peer));
        assertThat(cell.closed()).isEmpty();
        assertThat(cell.failures()).hasSize(1);
        return cell.failures().getFirst();
    }

    private Benchmark benchmark(String... more) throws Exception {
        Stream<String> small = Stream.of(
                "--sizes=100",
                "--connections=2",
                "--rounds=1",
                "--seconds=0.2",
                "--warmup=0.05",
                "--first-warmup=0.05");
        Echo options = parse(new Echo(), Stream.concat(small, Stream.of(more)).toArray(String[]::new));
        return new Benchmark(options, SAME_CORE, Workshop.in(directory), Tools.ofPath());
    }
}
