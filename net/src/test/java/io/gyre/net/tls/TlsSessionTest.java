package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Feature;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import org.junit.jupiter.api.io.TempDir;

/** What two ends agree on. */
final class TlsSessionTest {
    private static String subject(TlsSession session) {
        return session.peerCertificates().getFirst().getSubjectX500Principal().getName();
    }

    private static TlsSession[] sessions(String host, TlsOptions client, TlsOptions server) throws IOException {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        Task<TlsStream> accepting = createTask(() -> TlsStream.server(below.right(), server));
        TlsStream left = TlsStream.client(below.left(), host, client);
        TlsStream right = accepting.await();
        Task<?> reader = createTask(() -> right.readExactly(1));
        left.write(new byte[1]);
        reader.await();
        right.write(new byte[1]);
        left.readExactly(1); // and the tickets before it
        TlsSession[] sessions = {left.session(), right.session()};
        createTask(right::close);
        left.close();
        return sessions;
    }

    @LoopTest
    @Feature("Application protocols (ALPN)")
    void bothEndsKnowWhatTheyAgreedOn() throws Exception {
        TlsSession[] sessions = sessions(
                "www.example.test",
                Certified.client().withApplicationProtocols("h2", "http/1.1"),
                Certified.server().withApplicationProtocols("http/1.1", "h2"));

        TlsSession client = sessions[0];
        assertThat(client.protocol()).isEqualTo("TLSv1.3");
        assertThat(client.cipherSuite()).startsWith("TLS_AES_");
        assertThat(client.applicationProtocol()).isEqualTo("http/1.1");
        assertThat(client.serverName()).isEqualTo("www.example.test");
        assertThat(client.resumed()).isFalse();
        assertThat(subject(client)).isEqualTo("CN=localhost");
        assertThat(client.toString()).contains("TLSv1.3", "http/1.1", "CN=localhost");
        assertThat(sessions[1].serverName()).isEqualTo("www.example.test");
        assertThat(sessions[1].peerCertificates()).isEmpty();
    }

    @LoopTest
    void sessionBeforeTheHandshakeIsRefused() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        TlsStream lazy =
                TlsStream.client(below.left(), "localhost", Certified.client().withLazyHandshake(true));

        assertThatThrownBy(lazy::session)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("handshake()");
        assertThat(below.right().hasEnded()).isFalse();
        lazy.close();
    }

    @LoopTest
    void lazyHandshakeIsMadeByTheFirstReadAndWrite() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        TlsStream left =
                TlsStream.client(below.left(), "localhost", Certified.client().withLazyHandshake(true));
        TlsStream right = TlsStream.server(below.right(), Certified.server().withLazyHandshake(true));
        Task<byte[]> reader = createTask(() -> right.readExactly(3));
        Task<byte[]> other = createTask(() -> left.readExactly(3));
        left.write("abc".getBytes(UTF_8));
        right.write("def".getBytes(UTF_8));

        assertThat(reader.await()).asString(UTF_8).isEqualTo("abc");
        assertThat(other.await()).asString(UTF_8).isEqualTo("def");
        left.abort();
        right.abort();
    }

    @LoopTest
    @Feature("Several certificates by name (SNI)")
    void serverShowsTheCertificateOfTheNameThatTheClientAsksFor() throws Exception {
        TlsOptions server = Certified.server()
                .withIdentity(Certified.file("rsa.pem"), Certified.file("rsa-key.pem"))
                .withIdentity(Certified.file("ed25519.pem"), Certified.file("ed25519-key.pem"))
                .withIdentity(Certified.file("other.pem"), Certified.file("other-key.pem"));

        assertThat(subject(sessions("localhost", Certified.client(), server)[0]))
                .isEqualTo("CN=localhost");
        assertThat(subject(sessions("a.example.test", Certified.client(), server)[0]))
                .isEqualTo("CN=localhost");
        assertThat(subject(sessions("rsa.test", Certified.client(), server)[0])).isEqualTo("CN=rsa.test");
        assertThat(subject(sessions("OTHER.test.", Certified.client(), server)[0]))
                .isEqualTo("CN=other.test");
        assertThat(subject(sessions("ed25519.test", Certified.client(), server)[0]))
                .isEqualTo("CN=ed25519.test");
        TlsOptions anyName = Certified.client().withInsecureUnverifiedHostNames();
        assertThat(subject(sessions("unknown.test", anyName, server)[0])).isEqualTo("CN=localhost");
    }

    @LoopTest
    @Feature("Client certificates")
    void clientThatShowsItsCertificateIsKnownToTheServer() throws Exception {
        TlsOptions client =
                Certified.client().withIdentity(Certified.file("client.pem"), Certified.file("client-key.pem"));
        TlsOptions server = Certified.server().withTrust(Certified.file("authority.pem"));
        for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
            for (ClientCertificates rule : ClientCertificates.values()) {
                TlsSession seen =
                        sessions("localhost", client.withProtocols(version), server.withClientCertificates(rule))[1];
                assertThat(seen.peerCertificates().stream()
                                .map(each -> each.getSubjectX500Principal().getName()))
                        .isEqualTo(
                                rule == ClientCertificates.NOT_ASKED
                                        ? java.util.List.of()
                                        : java.util.List.of("CN=client one", "CN=Authority of the tests"));
            }
            TlsSession without = sessions(
                    "localhost",
                    Certified.client().withProtocols(version),
                    server.withClientCertificates(ClientCertificates.WANTED))[1];
            assertThat(without.peerCertificates()).isEmpty();
        }
    }

    @LoopTest
    @Feature("TLS sessions are resumed")
    void sessionIsResumedWhenTheOptionsAreKept() throws Exception {
        for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
            TlsOptions client = Certified.client().withProtocols(version);
            TlsOptions server = Certified.server().withProtocols(version);
            assertThat(sessions("localhost", client, server)[0].resumed()).isFalse();

            TlsSession[] again = sessions("localhost", client, server);

            assertThat(again[0].resumed()).as(version).isTrue();
            assertThat(again[1].resumed()).as(version).isTrue();
            assertThat(subject(again[0])).isEqualTo("CN=localhost");
            assertThat(again[0].toString()).contains("resumed");
        }
    }

    @LoopTest(time = LoopTest.Time.REAL)
    @Feature("Certificates are replaced without a restart")
    void reloadedFilesAreForNewConnections(@TempDir Path directory) throws Exception {
        Path chain = directory.resolve("chain.pem");
        Path key = directory.resolve("key.pem");
        replace("other", chain, key);
        TlsOptions options = TlsOptions.defaults().withIdentity(chain, key);
        TlsOptions client = Certified.client().withInsecureUnverifiedHostNames();
        var seen = new ArrayList<String>();
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), TlsHandler.of(options, stream -> {
                    while (stream.readLine(100).isPresent()) {
                        stream.write("yes\n".getBytes(UTF_8));
                    }
                }));
                TlsStream first =
                        TlsStream.connect("127.0.0.1", server.address().getPort(), client)) {
            replace("server", chain, key);
            options.reload();
            try (TlsStream second =
                    TlsStream.connect("localhost", server.address().getPort(), client)) {
                for (TlsStream each : new TlsStream[] {first, second}) {
                    each.write("there?\n".getBytes(UTF_8));
                    assertThat(each.readLine(10)).contains("yes");
                    seen.add(subject(each.session()));
                }
            }
            Files.writeString(chain, "nothing");
            assertThatThrownBy(options::reload).isInstanceOf(TlsException.class).hasMessageContaining("chain.pem");
            try (TlsStream third =
                    TlsStream.connect("127.0.0.1", server.address().getPort(), client)) {
                seen.add(subject(third.session()));
            }
        }
        assertThat(seen).containsExactly("CN=other.test", "CN=localhost", "CN=localhost");
    }

    @LoopTest
    void sessionOfAClientThatIsNoLongerTrustedIsNotResumed(@TempDir Path directory) throws Exception {
        Path trusted = directory.resolve("trusted.pem");
        for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
            Files.copy(Certified.file("authority.pem"), trusted, StandardCopyOption.REPLACE_EXISTING);
            TlsOptions server = Certified.server()
                    .withTrust(trusted)
                    .withClientCertificates(ClientCertificates.NEEDED)
                    .withProtocols(version);
            TlsOptions client = Certified.client()
                    .withIdentity(Certified.file("client.pem"), Certified.file("client-key.pem"))
                    .withProtocols(version);
            assertThat(sessions("localhost", client, server)[1].resumed()).isFalse();
            assertThat(sessions("localhost", client, server)[1].resumed()).isTrue();
            Files.copy(Certified.file("self-signed.pem"), trusted, StandardCopyOption.REPLACE_EXISTING);
            server.reload();

            Refusal refusal = Refusal.of(client, server);

            refusal.requireServer(TlsException.Kind.NO_CERTIFICATE); // the client has none for the new authority
        }
    }

    private static void replace(String name, Path chain, Path key) throws IOException {
        Files.copy(Certified.file(name + ".pem"), chain, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Certified.file(name + "-key.pem"), key, StandardCopyOption.REPLACE_EXISTING);
    }

    @LoopTest
    void certificatesAreThoseOfThePeerFirst() throws Exception {
        TlsSession client = sessions("localhost", Certified.client(), Certified.server())[0];

        assertThat(client.peerCertificates().stream().map(X509Certificate::getSubjectX500Principal))
                .hasSize(2);
    }
}
