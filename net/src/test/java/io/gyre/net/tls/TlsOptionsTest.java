package io.gyre.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.MemoryStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TlsOptionsTest {
    @Test
    void optionsAreValues() {
        TlsOptions one = TlsOptions.defaults()
                .withTrust(Path.of("a.pem"))
                .withIdentity(Path.of("b.pem"), Path.of("c.pem"), "secret".toCharArray())
                .withApplicationProtocols("h2");
        TlsOptions same = TlsOptions.defaults()
                .withTrust(Path.of("a.pem"))
                .withIdentity(Path.of("b.pem"), Path.of("c.pem"), "secret".toCharArray())
                .withApplicationProtocols("h2");

        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(one.withApplicationProtocols("h3"));
        assertThat(one.toString())
                .contains("a.pem", "b.pem", "h2", "handshakeTimeout=PT10S")
                .doesNotContain("secret");
    }

    @Test
    void eachOptionChangesACopy() {
        TlsOptions defaults = TlsOptions.defaults();
        TlsOptions changed = defaults.withProtocols("TLSv1.3")
                .withCipherSuites("TLS_AES_128_GCM_SHA256")
                .withApplicationProtocols("h2")
                .withClientCertificates(ClientCertificates.NEEDED)
                .withHandshakeTimeout(null)
                .withCloseTimeout(Duration.ZERO)
                .withLazyHandshake(true)
                .withTruncationAllowed(true)
                .withInsecureUnverifiedHostNames()
                .withSessions(5, Duration.ofMinutes(1));

        assertThat(changed.protocols()).containsExactly("TLSv1.3");
        assertThat(changed.cipherSuites()).containsExactly("TLS_AES_128_GCM_SHA256");
        assertThat(changed.applicationProtocols()).containsExactly("h2");
        assertThat(changed.clientCertificates()).isEqualTo(ClientCertificates.NEEDED);
        assertThat(changed.handshakeTimeout()).isNull();
        assertThat(changed.closeTimeout()).isZero();
        assertThat(changed.lazyHandshake()).isTrue();
        assertThat(changed.truncationAllowed()).isTrue();
        assertThat(changed.verifiesHostNames()).isFalse();
        assertThat(changed.maxSessions()).isEqualTo(5);
        assertThat(changed.sessionLifetime()).isEqualTo(Duration.ofMinutes(1));
        assertThat(changed.toString()).contains("NOT verified");
        assertThat(defaults.verifiesHostNames()).isTrue();
        assertThat(defaults.protocols()).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(defaults.handshakeTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void badValuesAreRefused() {
        TlsOptions defaults = TlsOptions.defaults();

        assertThatThrownBy(() -> defaults.withTrust(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(defaults::withProtocols).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(defaults::withCipherSuites).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withApplicationProtocols("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withApplicationProtocols("x".repeat(256)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withHandshakeTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withCloseTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withSessions(0, Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> defaults.withSessions(1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @LoopTest
    void namesThatTheRuntimeDoesNotKnowAreNamed() {
        assertThatThrownBy(() -> TlsStream.client(
                        MemoryStream.pair().left(),
                        "localhost",
                        TlsOptions.defaults().withProtocols("TLSv9")))
                .isInstanceOf(TlsException.class)
                .hasMessageContainingAll("TLSv9", "TLSv1.3");
        assertThatThrownBy(() -> TlsStream.client(
                        MemoryStream.pair().left(),
                        "localhost",
                        TlsOptions.defaults().withCipherSuites("TLS_NO_SUCH")))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("TLS_NO_SUCH");
    }

    @LoopTest
    void serverWithoutACertificateIsRefusedBeforeItServes() {
        assertThatThrownBy(() -> TlsHandler.of(TlsOptions.defaults(), stream -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("withIdentity");
        assertThatThrownBy(() -> TlsHandler.of(
                        TlsOptions.defaults().withIdentity(Path.of("missing.pem"), Path.of("missing-key.pem")),
                        stream -> {}))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void namesOfHostsAreThoseOfCertificates() {
        assertThat(HostNames.normalized("Bücher.example.")).isEqualTo("xn--bcher-kva.example");
        assertThat(HostNames.normalized("[::1]")).isEqualTo("::1");
        assertThat(HostNames.normalized("fe80::1%eth0")).isEqualTo("fe80::1");
        assertThat(HostNames.normalized("127.0.0.1")).isEqualTo("127.0.0.1");
        assertThat(HostNames.forServer("127.0.0.1")).isNull();
        assertThat(HostNames.forServer("::1")).isNull();
        assertThat(HostNames.forServer("a_b.example")).isNull();
        for (String bad : new String[] {"", ".", "x".repeat(64) + ".example", "a.".repeat(200) + "example"}) {
            assertThatThrownBy(() -> HostNames.normalized(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
