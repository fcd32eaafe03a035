package io.gyre.bench.echo;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole benchmark, as small as it gets. Both processes may share a core here: the figures do not matter. */
class MiniatureTest {
    private static final Cores SAME_CORE = new Cores(0, 0);

    private static final String OWN = System.getProperty("java.home") + "/bin/java -XX:+UseSerialGC -cp "
            + System.getProperty("java.class.path") + " " + OwnServer.class.getName();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit does it
    Path directory;

    @Test
    void oneServerInOneCell() throws Exception {
        var benchmark = new Benchmark(settings("gyre-streams"), Workshop.in(directory), Tools.ofPath());
        var written = new ArrayList<Results>();

        Results results = benchmark.run("now", false, "a test", written::add);

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
        assertThat(MarkdownReport.render(EchoReport.of(results)))
                .contains("Gyre streams", "100 B × 2", "this checkout");
    }

    @Test
    @Timeout(60) // new JVMs make their first handshakes
    void handshakesHaveACellOfTheirOwn() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/include/openssl/ssl.h")), "there is no OpenSSL; install libssl-dev");
        List<Cell> cells = List.of(new Cell(Exchange.RESUMED_HANDSHAKE, 64, 2));
        var benchmark = new Benchmark(settings(true, cells, "gyre-streams"), Workshop.in(directory), Tools.ofPath());

        Results results = benchmark.run("now", false, "a test", soFar -> {});

        CellResult cell = results.cells().getFirst();
        assertThat(cell.failures()).isEmpty();
        assertThat(cell.closed()).hasSize(3);
        assertThat(cell.paced()).isEmpty();
        assertThat(MarkdownReport.render(EchoReport.of(results)))
                .contains("# Echo benchmark over TLS", "resumed handshake × 2", "OpenSSL ≤ 1.10 × Netty's");
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

    @Test
    void serverOfTheUserIsMeasuredInBothLoops() throws Exception {
        Settings settings = settings("floor", Peer.own("mine=" + OWN + " {port}"));
        var benchmark = new Benchmark(settings, Workshop.in(directory), Tools.ofPath());

        Results results = benchmark.run("now", false, "a test", soFar -> {});

        CellResult cell = results.cells().getFirst();
        assertThat(cell.failures()).isEmpty();
        assertThat(cell.closed()).extracting(Sample::server).containsExactly("floor", "mine", "floor-again");
        assertThat(cell.paced()).extracting(Sample::server).containsExactly("floor", "mine", "floor-again");
        assertThat(cell.closed())
                .allSatisfy(sample -> assertThat(sample.cpuMicros()).isPositive());
        assertThat(MarkdownReport.render(EchoReport.of(results))).contains("| mine | your own |");
    }

    @Test
    void serverOfTheUserThatDoesNotServeIsReported() throws Exception {
        assertThat(failure("mine=sh -c 'echo no such luck >&2; exit 3' {port}"))
                .startsWith("mine has ended before it listened on port ")
                .endsWith(": no such luck");
    }

    /** Its time would be that of the shell, which does nothing. */
    @Test
    void serverOfTheUserThatIsNotTheProcessThatWasStartedIsReported() throws Exception {
        assertThat(failure("mine=sh -c '" + OWN + " {port}; true'")).startsWith("mine has started another process (");
    }

    private String failure(String own) throws Exception {
        Settings settings = settings("floor");
        var benchmark = new Benchmark(settings, Workshop.in(directory), Tools.ofPath());
        CellResult cell = benchmark.cell(settings.cells().getFirst(), List.of(Peer.own(own)));
        assertThat(cell.closed()).isEmpty();
        assertThat(cell.failures()).hasSize(1);
        return cell.failures().getFirst();
    }

    private static Settings settings(String server, Peer... own) {
        return settings(false, List.of(new Cell(100, 2)), server, own);
    }

    private static Settings settings(boolean overTls, List<Cell> cells, String server, Peer... own) {
        return new Settings(
                overTls, cells, List.of(server), List.of(own), 1, 200, 50, 50, 1, Settings.HALF, 50, SAME_CORE);
    }
}
