package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.peers.Peer;
import java.io.BufferedReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A listening socket as standard input. */
@Timeout(60)
final class InheritedSocketTest {
    @LoopTest
    void processWithoutOneSaysWhatToDo() {
        assertThatThrownBy(() -> TcpServer.serveInherited(ServerOptions.defaults(), stream -> {}))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("the standard input of this process is not a listening socket")
                .hasMessageContaining("StandardInput=socket");
    }

    @Test
    @Feature("Socket activation (systemd, inetd)")
    void processThatWasGivenOneServesIt(@TempDir Path directory) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = Peer.python("inetd.py", directory)
                .with(
                        java,
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        InheritingServer.class.getName())
                .start();
        try (BufferedReader output = process.inputReader()) {
            int port = Integer.parseInt(output.readLine());
            try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write(7);
                client.shutdownOutput();

                assertThat(client.getInputStream().readAllBytes()).containsExactly(7);
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
