package io.gyre.examples.portscan;

import static io.gyre.examples.Talk.ANY_PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.examples.portscan.PortScanner.Result;
import io.gyre.examples.portscan.PortScanner.State;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Scans loopback addresses only. */
final class PortScanTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private static int freePort() throws IOException {
        try (var closed = new ServerSocket(0, 1, HERE)) {
            return closed.getLocalPort();
        }
    }

    private static TcpServer open() throws IOException {
        return TcpServer.serve(ANY_PORT, client -> client.readExactly(1));
    }

    @LoopTest
    void openAndClosedPortsAreTold() throws Exception {
        try (TcpServer one = open();
                TcpServer other = open()) {
            int closed = freePort();
            List<Integer> ports =
                    List.of(one.address().getPort(), closed, other.address().getPort());
            var steps = new ArrayList<String>();

            List<Result> results =
                    new PortScanner(2, Duration.ofSeconds(5)).scan("127.0.0.1", ports, () -> steps.add("one more"));

            assertThat(results)
                    .containsExactly(
                            new Result(ports.get(0), State.OPEN),
                            new Result(closed, State.CLOSED),
                            new Result(ports.get(2), State.OPEN));
            assertThat(steps).hasSize(3);
        }
    }

    /** The system keeps two connections that nobody accepts, and answers no more: as a firewall does not. */
    @LoopTest(time = LoopTest.Time.REAL)
    void portThatDoesNotAnswerIsSilent() throws Exception {
        try (var full = new ServerSocket(0, 1, HERE)) {
            var scanner = new PortScanner(1, Duration.ofMillis(200));
            List<State> states = scanner
                    .scan("127.0.0.1", List.of(full.getLocalPort(), full.getLocalPort(), full.getLocalPort()), () -> {})
                    .stream()
                    .map(Result::state)
                    .toList();

            assertThat(states).containsExactly(State.OPEN, State.OPEN, State.SILENT);
        }
    }

    @LoopTest
    void hostIsLookedUpByItsName() throws Exception {
        var scanner = new PortScanner(1, Duration.ofSeconds(5));

        assertThat(scanner.scan("localhost", List.of(freePort()), () -> {})).hasSize(1);
        assertThatThrownBy(() -> scanner.scan("no-such-host.invalid", List.of(1), () -> {}))
                .isInstanceOf(UnknownHostException.class);
    }
}
