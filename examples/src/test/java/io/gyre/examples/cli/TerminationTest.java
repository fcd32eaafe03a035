package io.gyre.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.examples.tls.Pinned;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;

/** Servers as processes, and how they end. */
final class TerminationTest {
    @Test
    void serverThatIsToldToStopEndsConnectionsAndExitsWith0() throws Exception {
        Process process = startServer("echo");
        try (BufferedReader output = process.inputReader()) {
            String ready = output.readLine();
            assertThat(ready).matches("listening on 127\\.0\\.0\\.1:\\d+");
            int port = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
            try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write(7);
                assertThat(client.getInputStream().read()).isEqualTo(7);

                process.toHandle().destroy(); // SIGTERM; unlike process.destroy() it leaves the pipes open

                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(process.waitFor(2, TimeUnit.SECONDS)).as("ended in time").isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(output.readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void chatServerThatIsToldToStopSaysGoodbye() throws Exception {
        Process process = startServer("chat");
        try (BufferedReader output = process.inputReader()) {
            String ready = output.readLine();
            int port = Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1));
            try (var client = new Socket(InetAddress.getLoopbackAddress(), port);
                    var lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
                assertThat(lines.readLine()).isEqualTo("* your name?");
                client.getOutputStream().write("ada\n".getBytes(UTF_8));
                assertThat(lines.readLine()).isEqualTo("* here: ada");

                process.toHandle().destroy();

                assertThat(lines.readLine()).isEqualTo("* the server is going down; goodbye");
                assertThat(lines.readLine()).isNull();
            }
            assertThat(process.waitFor(2, TimeUnit.SECONDS)).as("ended in time").isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void httpsServerTellsItsFingerprintAndEndsAClientThatKeepsItsConnection() throws Exception {
        Process process = start("http", "--tls", "--port", "0");
        try (BufferedReader output = process.inputReader();
                BufferedReader errors = process.errorReader()) {
            String made = errors.readLine();
            while (!made.startsWith("TLS with a certificate")) { // a busy machine may add warnings of slow steps
                made = errors.readLine();
            }
            String ready = output.readLine();
            SSLContext trust = SSLContext.getInstance("TLS");
            String fingerprint = made.substring(made.lastIndexOf(' ') + 1);
            trust.init(null, new TrustManager[] {new Pinned(fingerprint)}, null);
            URI address = URI.create("https://" + ready.substring(ready.lastIndexOf(' ') + 1) + "/");
            try (HttpClient client = HttpClient.newBuilder().sslContext(trust).build()) {
                HttpResponse<String> answer =
                        client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body()).isEqualTo("hello\n");

                process.toHandle().destroy();

                assertThat(process.waitFor(4, TimeUnit.SECONDS))
                        .as("ended in time")
                        .isTrue();
            }
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The scan of the second port hangs: the queue of its connections is full. */
    @Test
    void programThatIsInterruptedEndsQuietlyWith130() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (var open = new ServerSocket(0, 1, here);
                var full = new ServerSocket(0, 1, here);
                var _ = new Socket(here, full.getLocalPort());
                var _ = new Socket(here, full.getLocalPort())) {
            Process process = start(
                    "portscan",
                    here.getHostAddress(),
                    "--ports",
                    open.getLocalPort() + "," + full.getLocalPort(),
                    "--timeout",
                    "60000");
            try (BufferedReader output = process.inputReader();
                    BufferedReader errors = process.errorReader()) {
                open.accept().close();

                new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();

                assertThat(process.waitFor(5, TimeUnit.SECONDS))
                        .as("ended in time")
                        .isTrue();
                assertThat(process.exitValue()).isEqualTo(130);
                assertThat(output.readLine()).isNull();
                assertThat(errors.lines()).noneMatch(line -> line.contains("Exception"));
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process startServer(String example) throws IOException {
        return start(example, "--port", "0");
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Examples.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }
}
