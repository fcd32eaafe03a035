package io.gyre.examples.cli;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.examples.Talk;
import io.gyre.examples.kv.KvServer;
import io.gyre.examples.time.TimeServer;
import io.gyre.loop.EventLoop;
import io.gyre.net.UdpSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class CommandLineTest {
    private final StringWriter errors = new StringWriter();
    private final StringWriter output = new StringWriter();

    private int run(String... args) {
        CommandLine commandLine =
                Examples.commandLine().setErr(new PrintWriter(errors)).setOut(new PrintWriter(output));
        return commandLine.execute(args);
    }

    @Test
    void withoutArgumentsTheExamplesAreListed() {
        assertThat(run()).isZero();

        assertThat(output.toString())
                .contains("echo ", "echo-client", "chat ", "proxy ", "portscan ", "kv ", "kv-client", "time ")
                .contains(
                        "time-client",
                        "redis ",
                        "http ",
                        "websocket-chat ",
                        "crawl ",
                        "crm ",
                        "embed ",
                        "guest ",
                        "tutorial ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo --prot 1        | Unknown options: '--prot', '1'",
                "echo --port x        | 'x' is not a port, 0 to 65535",
                "echo --port 65536    | '65536' is not a port, 0 to 65535",
                "echo-client          | Missing required option: '--port",
                "echo-client --port 1 --size 0 | '0' is not a number of 1 or more",
                "proxy localhost      | Missing required parameter: 'PORT'",
                "proxy localhost 80 --max-connections 0 | '0' is not a number of 1 or more",
                "portscan             | Missing required parameter: 'HOST'",
                "portscan x --ports 80-22 | '80-22' is no port from 1 to 65535, and no range of them",
                "portscan x --ports 1,,2 | '' is no port",
                "kv-client            | Missing required parameter: 'WORD'",
                "tutorial 9.9-9       | there is no example 9.9-9, only 3.3-1, ",
                "no-such              | examples/run: there is no example 'no-such'. See examples/run --help"
            })
    void wrongCommandLineIsOneLineAndExitCode2(String args, String message) {
        assertThat(run(args.split(" +"))).isEqualTo(2);

        assertThat(errors.toString()).contains(message).contains("--help").hasLineCount(1);
    }

    @Test
    void tutorialListsItsExamples() {
        assertThat(run("tutorial")).isZero();

        assertThat(output.toString()).startsWith("3.3-1  await a sleep").hasLineCount(10);
    }

    @Test
    void tutorialRunsAnExample() {
        assertThat(run("tutorial", "3.3-1")).isZero();

        assertThat(output.toString()).isEqualToIgnoringNewLines("hello");
    }

    @Test
    void unknownHostIsOneLineAndExitCode1() {
        assertThat(run("echo", "--host", "no-such-host.invalid")).isEqualTo(1);

        assertThat(errors.toString())
                .contains("cannot listen on no-such-host.invalid: the name has no address")
                .hasLineCount(1);
    }

    @Test
    void takenPortIsOneLineAndExitCode1() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThat(run("echo", "--port", "" + port)).isEqualTo(1);

            assertThat(errors.toString())
                    .contains("127.0.0.1:" + port)
                    .contains("Address already in use")
                    .hasLineCount(1);
        }
    }

    @Test
    void serverThatIsNotThereIsOneLineAndExitCode1() throws IOException {
        int port;
        try (var closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }

        assertThat(run("echo-client", "--port", "" + port, "--connections", "3"))
                .isEqualTo(1);

        assertThat(errors.toString())
                .contains("cannot connect to 127.0.0.1:" + port)
                .hasLineCount(1);
    }

    @Test
    void openPortIsPrinted() throws IOException {
        try (var open = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = open.getLocalPort();

            assertThat(run("portscan", "127.0.0.1", "--ports", "" + port)).isZero();

            assertThat(output.toString()).isEqualToNormalizingNewlines(port + "/tcp open\n# open: 1\n");
        }
    }

    @Test
    void keyValueClientPrintsTheAnswer(@TempDir Path directory) throws IOException {
        Path socket = directory.resolve("kv.sock");
        EventLoop.run(() -> {
            try (KvServer server = KvServer.start(Talk.ANY_PORT, socket)) {
                String port = "" + server.address().getPort();

                assertThat(offload(() -> run("kv-client", "--port", port, "SET", "a", "b", "c")))
                        .isZero();
                assertThat(offload(() -> run("kv-client", "--unix", "" + socket, "GET", "a")))
                        .isZero();
                assertThat(offload(() -> run("kv-client", "--port", port, "INCR", "a")))
                        .isEqualTo(1);
            }
        });

        assertThat(output.toString()).startsWith("OK\nVALUE b c\nERROR ");
    }

    @Test
    void timeClientPrintsTheTime() throws IOException {
        EventLoop.run(() -> {
            try (UdpSocket socket = UdpSocket.bind(Talk.ANY_PORT)) {
                createTask(() -> TimeServer.serve(socket, InstantSource.fixed(Instant.parse("2026-07-28T12:34:56Z"))));

                assertThat(offload(() ->
                                run("time-client", "--port", "" + socket.local().getPort())))
                        .isZero();
            }
        });

        assertThat(output.toString()).isEqualToIgnoringNewLines("2026-07-28T12:34:56Z");
    }

    @Test
    void crawlerPrintsPagesAndFailures() {
        assertThat(run("crawl", "--depth", "2", "--timeout", "2000")).isZero();

        assertThat(output.toString())
                .containsPattern("http://127.0.0.1:\\d+/  4 links")
                .contains("/13  FAILED: status 404", "/2  FAILED: no answer within 2000 ms")
                .hasLineCount(10);
    }
}
