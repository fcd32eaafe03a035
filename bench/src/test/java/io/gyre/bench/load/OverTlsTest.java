package io.gyre.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gyre.bench.options.Exchange;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.JavaServer;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import io.gyre.bench.servers.SelfSigned;
import io.gyre.bench.servers.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every server that speaks TLS, loaded for a moment. */
@Timeout(60) // a JVM each, which makes its first handshakes
class OverTlsTest {
    private static final int CONNECTIONS = 2;

    @TempDir
    static Path directory;

    private static Workshop workshop;

    private static LoadGenerator generator;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(Tools.ofPath().find("gcc").isPresent(), "there is no gcc on the PATH; install gcc and libc6-dev");
        assumeTrue(Files.exists(Path.of("/usr/include/openssl/ssl.h")), "there is no OpenSSL; install libssl-dev");
        workshop = Workshop.in(directory);
        generator = LoadGenerator.buildForTls(workshop, Tools.ofPath(), Cores.any());
    }

    static Stream<Named<Peer>> servers() throws Exception {
        return new Peers(workshop, Tools.ofPath())
                .allOverTls().stream()
                        .filter(peer -> peer.isPresent() && !peer.id().equals("floor-again"))
                        .map(peer -> Named.of(peer.label(), peer));
    }

    /** The generator itself sees that every byte comes back, and that sessions are resumed. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    void messagesAndHandshakesAreRepeated(Peer peer) throws Exception {
        try (ServerProcess server = ServerProcess.start(peer, Cores.any(), workshop)) {
            for (Exchange exchange : Exchange.values()) {
                Load load = Load.closed(20_000, CONNECTIONS, 1, 0, 50).repeating(exchange);
                try (Connections connections = generator.connect(server.port(), load)) {
                    connections.run();
                    connections.run();

                    assertThat(connections.messagesSoFar()).isGreaterThanOrEqualTo(2 * CONNECTIONS);
                    connections.disconnect();
                }
            }
        }
    }

    @Test
    void serverThatResumesNothingIsNamed() throws Exception {
        SelfSigned certificate = SelfSigned.make(directory);
        Peer forgetful = Peers.java(
                JavaServer.FLOOR, List.of(certificate.jvmOption(), "-Djdk.tls.server.newSessionTicketCount=0"));
        try (ServerProcess server = ServerProcess.start(forgetful, Cores.any(), workshop)) {
            Load load = Load.closed(64, 1, 1, 0, 50).repeating(Exchange.RESUMED_HANDSHAKE);

            assertThatThrownBy(() -> generator.connect(server.port(), load))
                    .hasMessageContaining("the server has given no session to resume");
        }
    }

    /** It remembers one session, and two connections take turns. */
    @Test
    void serverThatRefusesToResumeIsNamed() throws Exception {
        SelfSigned certificate = SelfSigned.make(directory);
        Peer refusing = Peers.java(
                JavaServer.FLOOR,
                List.of(
                        certificate.jvmOption(),
                        "-Djdk.tls.server.enableSessionTicketExtension=false",
                        "-Djavax.net.ssl.sessionCacheSize=1"));
        Load load = Load.closed(64, 2, 1, 0, 50).repeating(Exchange.RESUMED_HANDSHAKE);
        try (ServerProcess server = ServerProcess.start(refusing, Cores.any(), workshop);
                Connections connections = generator.connect(server.port(), load)) {
            assertThatThrownBy(() -> {
                        connections.start(load);
                        connections.awaitBegin();
                        connections.awaitEnd();
                    })
                    .hasMessageContaining("the session was not resumed");
        }
    }
}
