package io.gyre.bench.load;

import static io.gyre.bench.options.CommandLines.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.process.Tools;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench/run load} against servers that echo, and that fail in every way. */
class LoadCommandTest {
    @TempDir
    Path directory;

    private final StringWriter errors = new StringWriter();

    @BeforeAll
    static void needsACompiler() {
        assumeTrue(Tools.ofPath().find("gcc").isPresent(), "there is no gcc on the PATH; install gcc and libc6-dev");
    }

    @Test
    void everySizeOnEveryNumberOfConnectionsIsInTheReportAndOnThePage() throws Exception {
        try (var server = TestServer.echoing()) {
            int exit = execute(
                    server.port(),
                    "--sizes=64,1K",
                    "--connections=1,3",
                    "--rounds=2",
                    "--seconds=0.05",
                    "--warmup=0.02");

            assertThat(exit).isZero();
        }
        assertThat(read(".md")).contains("| 64 B × 1 |", "| 1 KiB × 3 |", "## Throughput", "## Latency");
        assertThat(read(".html"))
                .contains("Chart.js v4", "\"isOneServer\":true")
                .doesNotContain("{{");
        assertThat(files(".json.gz")).hasSize(1);
    }

    @Test
    void openLoopKeepsToItsRate() throws Exception {
        try (var server = TestServer.echoing()) {
            assertThat(execute(server.port(), "--quick", "--rate=1000")).isZero();
            assertThat(read(".md")).contains("messages/s.", "1,000 a second");

            // A pause of the machine at an edge of the time shifts some messages; a closed loop makes many times as
            // many.
            assertThat(measured(
                                    server.port(),
                                    "--rate=1000",
                                    "--sizes=64,1K", // the largest would ask for 100 MB a second, each way
                                    "--connections=2",
                                    "--rounds=1",
                                    "--seconds=1")
                            .runs())
                    .isNotEmpty()
                    .allSatisfy(
                            run -> assertThat(run.sample().messagesPerSecond()).isBetween(500.0, 2000.0));
        }
    }

    @Test
    void messageLargerThanAllBuffersIsEchoed() throws Exception {
        try (var server = TestServer.echoing()) {
            LoadResults results = measured(server.port(), "--sizes=9999K", "--connections=1");

            assertThat(results.failures()).isEmpty();
            assertThat(results.runs())
                    .isNotEmpty()
                    .allSatisfy(run -> assertThat(run.sample().messages()).isPositive());
        }
    }

    @Test
    void wrongByteIsFoundWithItsPosition() throws Exception {
        try (var server = TestServer.changing(byteAt -> byteAt == 12_345 ? 1 : 0)) {
            LoadResults results = measured(server.port(), "--sizes=1000", "--connections=1");

            assertThat(results.failures())
                    .singleElement()
                    .asString()
                    .contains("connection 0: byte 12345, in message 12, came back as");
        }
    }

    @Test
    void serverThatRefusesIsNamedInOneSentence() throws Exception {
        int unused;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = socket.getLocalPort();
        }

        assertThat(measured(unused).failures())
                .containsExactly("127.0.0.1:" + unused + ": 1 KiB × 10: cannot connect to port " + unused
                        + " of 127.0.0.1: Connection refused");
    }

    @Test
    void serverThatClosesEarlyIsNamedInOneSentence() throws Exception {
        try (var server = TestServer.answering(7, true)) {
            assertThat(measured(server.port()).failures())
                    .singleElement()
                    .asString()
                    .endsWith("connection 0: closed by the server, after 7 bytes of answers to 1024");
        }
    }

    @Test
    void serverThatAnswersTooLittleIsNamedInOneSentence() throws Exception {
        try (var server = TestServer.answering(7, false)) {
            assertThat(measured(server.port(), "--patience=0.2").failures())
                    .singleElement()
                    .asString()
                    .endsWith("connection 0: only 7 of the 1024 bytes of the first message have come back, and no more"
                            + " for 200 ms");
        }
    }

    @Test
    void addressThatIsNoneIsRefused() {
        for (String address :
                List.of("localhost", "localhost:", "localhost:0", "localhost:65536", "::1:7007", ":7007")) {
            errors.getBuffer().setLength(0);

            assertThat(run("--address=" + address)).isEqualTo(2);
            assertThat(errors.toString()).contains("--address must be host:port");
        }
    }

    @Test
    void coreForTheGeneratorNeedsTaskset() {
        var command = new LoadCommand();
        command.tools = new Tools("");
        parse(command, arguments(7007, "--generator-core=0"));

        assertThatThrownBy(() -> command.measure(_ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no taskset on the PATH")
                .hasMessageContaining("Install util-linux");
        assertThat(run("--address=127.0.0.1:7007", "--generator-core=-1")).isEqualTo(2);
        assertThat(errors.toString()).contains("--generator-core must not be negative");
    }

    @Test
    void quickRunSaysInItsHeadThatItMeansNothing() throws Exception {
        try (var server = TestServer.echoing()) {
            assertThat(measured(server.port()).report().text()).startsWith("A quick run");
            execute(server.port(), "--quick");
        }
        assertThat(read(".md")).containsSubsequence("mean nothing", "## Throughput");
        assertThat(read(".html")).containsSubsequence("mean nothing", "<nav>");
    }

    private LoadResults measured(int port, String... more) throws Exception {
        return parse(new LoadCommand(), arguments(port, more)).measure(_ -> {});
    }

    private int execute(int port, String... more) {
        return run(arguments(port, more));
    }

    private String[] arguments(int port, String... more) {
        var all = new ArrayList<>(List.of("--address=127.0.0.1:" + port, "--out=" + directory));
        all.addAll(List.of(more));
        if (!all.contains("--quick") && all.stream().noneMatch(option -> option.startsWith("--rounds"))) {
            all.add("--quick");
        }
        return all.toArray(String[]::new);
    }

    private int run(String... arguments) {
        return BenchCommand.commandLine(new LoadCommand())
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    private String read(String extension) throws IOException {
        return Files.readString(files(extension).getFirst());
    }

    private List<Path> files(String extension) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(extension)).toList();
        }
    }
}
