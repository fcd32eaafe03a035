package io.gyre.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
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

        assertThat(output.toString()).contains("echo ").contains("echo-client");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo --prot 1        | Unknown options: '--prot', '1'",
                "echo --port x        | 'x' is not a port, 0 to 65535",
                "echo --port 65536    | '65536' is not a port, 0 to 65535",
                "echo-client          | Missing required option: '--port",
                "echo-client --port 1 --size 0 | --size is 0; it must be 1 or more",
                "tutorial 9.9-9       | there is no example 9.9-9, only 3.3-1, ",
                "no-such              | Unmatched argument at index 0: 'no-such'"
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
}
