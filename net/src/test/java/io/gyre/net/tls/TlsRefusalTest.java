package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.Feature;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.gyre.net.tls.TlsException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/** Handshakes that fail, and what both ends say. */
final class TlsRefusalTest {
    private static TlsOptions only(TlsOptions options, String protocol) {
        return options.withProtocols(protocol);
    }

    private static void eachVersion(Consumer<String> test) {
        test.accept("TLSv1.3");
        test.accept("TLSv1.2");
    }

    @LoopTest
    void unknownAuthorityIsNamed() {
        eachVersion(version -> {
            Refusal refusal = Refusal.of(only(TlsOptions.defaults(), version), Certified.server());

            refusal.requireClient(Kind.UNKNOWN_AUTHORITY, "CN=localhost", "CN=Authority of the tests", "withTrust");
            refusal.requireServer(Kind.CERTIFICATE_REFUSED, "alert");
        });
    }

    @LoopTest
    void certificateThatSignsItselfIsRefusedAndCanBeTrusted() throws Exception {
        TlsOptions server = Certified.server("self-signed");
        Refusal.of(Certified.client(), server).requireClient(Kind.UNKNOWN_AUTHORITY, "CN=self-signed", "itself");

        TlsOptions client = TlsOptions.defaults().withTrust(Certified.file("self-signed.pem"));
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair(), client, server);
        assertThat(pair.left().session().peerCertificates()).hasSize(1);
        pair.left().abort();
    }

    @LoopTest
    @Feature("Errors of TLS say what to do")
    void wrongNameIsToldWithTheRightOnes() {
        eachVersion(version -> {
            Refusal refusal = Refusal.of("www.gyre.test", only(Certified.client(), version), Certified.server());

            refusal.requireClient(
                    Kind.WRONG_NAME, "www.gyre.test", "localhost, example.test, *.example.test, 127.0.0.1");
            refusal.requireServer(Kind.CERTIFICATE_REFUSED);
        });
    }

    @LoopTest
    void addressIsVerifiedLikeAName() throws Exception {
        Refusal.of("127.0.0.2", Certified.client(), Certified.server()).requireClient(Kind.WRONG_NAME, "127.0.0.2");

        StreamPair<MemoryStream> below = MemoryStream.pair();
        Task<TlsStream> server = createTask(() -> TlsStream.server(below.right(), Certified.server()));
        TlsStream client = TlsStream.client(below.left(), "127.0.0.1", Certified.client());
        assertThat(client.session().protocol()).isEqualTo("TLSv1.3");
        server.await();
        client.abort();
    }

    @LoopTest
    void expiredCertificateIsToldWithItsDate() {
        eachVersion(version -> Refusal.of(only(Certified.client(), version), Certified.server("expired"))
                .requireClient(Kind.EXPIRED, "CN=localhost", "valid until 2002-01-01"));
    }

    @LoopTest
    void protocolsWithoutACommonOneAreListed() {
        Refusal refusal = Refusal.of(only(Certified.client(), "TLSv1.2"), only(Certified.server(), "TLSv1.3"));

        refusal.requireServer(Kind.NO_COMMON_PROTOCOL, "[TLSv1.2]", "[TLSv1.3]");
        refusal.requireClient(Kind.NO_COMMON_PROTOCOL, "[TLSv1.2]");
    }

    @LoopTest
    void suitesWithoutACommonOneAreListed() {
        Refusal refusal = Refusal.of(
                Certified.client().withCipherSuites("TLS_AES_128_GCM_SHA256"),
                Certified.server().withCipherSuites("TLS_AES_256_GCM_SHA384"));

        refusal.requireServer(Kind.NO_COMMON_SUITE, "TLS_AES_256_GCM_SHA384");
        assertThat(refusal.client()).isInstanceOf(TlsException.class).hasMessageContaining("handshake_failure");
    }

    @LoopTest
    void applicationProtocolsWithoutACommonOneAreListed() {
        Refusal refusal = Refusal.of(
                Certified.client().withApplicationProtocols("h2"),
                Certified.server().withApplicationProtocols("http/1.1"));

        refusal.requireServer(Kind.NO_COMMON_APPLICATION_PROTOCOL, "http/1.1");
        refusal.requireClient(Kind.NO_COMMON_APPLICATION_PROTOCOL, "h2");
    }

    @LoopTest
    void missingClientCertificateIsToldToBoth() {
        eachVersion(version -> {
            Refusal refusal = Refusal.of(
                    only(Certified.client(), version),
                    Certified.server()
                            .withTrust(Certified.file("authority.pem"))
                            .withClientCertificates(ClientCertificates.NEEDED));

            refusal.requireServer(Kind.NO_CERTIFICATE, "client", "withIdentity");
            assertThat(refusal.client()).isInstanceOf(TlsException.class).hasMessageContaining("withIdentity");
        });
    }

    @LoopTest
    void clientWithoutACertificateOfATrustedAuthorityShowsNone() {
        Refusal.of(
                        Certified.client().withIdentity(Certified.file("client.pem"), Certified.file("client-key.pem")),
                        Certified.server()
                                .withTrust(Certified.file("self-signed.pem"))
                                .withClientCertificates(ClientCertificates.NEEDED))
                .requireServer(Kind.NO_CERTIFICATE);
    }

    // ---- peers that speak something else

    @LoopTest
    void plainRequestToATlsServerIsShown() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.left().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> TlsStream.server(pair.right(), Certified.server()))
                .isInstanceOfSatisfying(
                        TlsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_TLS))
                .hasMessageContainingAll("GET / HTTP/1.1", "https://");
    }

    @LoopTest
    void plainAnswerToATlsClientIsShownInOneLine() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.right().write("HTTP/1.1 400 \u001b[31mBad\r\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> TlsStream.client(pair.left(), "localhost", Certified.client()))
                .isInstanceOfSatisfying(
                        TlsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_TLS))
                .hasMessageContaining("HTTP/1.1 400")
                .message()
                .doesNotContain("\u001b", "\n");
    }

    @LoopTest
    void peerThatEndsIsSaidToHaveEnded() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.right().closeOutput();

        assertThatThrownBy(() -> TlsStream.client(pair.left(), "localhost", Certified.client()))
                .isInstanceOfSatisfying(
                        TlsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.ENDED));
    }

    @LoopTest
    void silentPeerIsGivenUpAfterTheLimit(VirtualClock clock) {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        TlsOptions options = Certified.server().withHandshakeTimeout(Duration.ofSeconds(7));

        assertThatThrownBy(() -> TlsStream.server(pair.right(), options))
                .isInstanceOfSatisfying(
                        TlsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMED_OUT))
                .hasMessageContaining("PT7S");

        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(7));
        assertThat(pair.right().isOpen()).isFalse();
    }
}
