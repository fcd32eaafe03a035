package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ConnectOptionsTest {
    @Test
    void eachOptionIsChangedByItself() {
        InetSocketAddress local = TcpPair.loopback();
        SocketOptions socket = SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true);

        ConnectOptions changed = ConnectOptions.defaults()
                .withTimeout(Duration.ofSeconds(1))
                .withAttemptDelay(Duration.ofSeconds(2))
                .withFamily(StandardProtocolFamily.INET6)
                .withLocal(local)
                .withSocket(socket);

        assertThat(changed.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(changed.attemptDelay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(changed.family()).isEqualTo(StandardProtocolFamily.INET6);
        assertThat(changed.withFamily(null).family()).isNull();
        assertThat(changed.local()).isEqualTo(local);
        assertThat(changed.socket()).isEqualTo(socket);
        assertThat(changed.toString()).startsWith("ConnectOptions[timeout=PT1S");
    }

    @Test
    void defaultsWaitHalfAMinuteAndSendAtOnce() {
        ConnectOptions defaults = ConnectOptions.defaults();

        assertThat(defaults.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(defaults.attemptDelay()).isEqualTo(Duration.ofMillis(250));
        assertThat(defaults.family()).isNull();
        assertThat(defaults.local()).isNull();
        assertThat(defaults.socket()).isEqualTo(SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true));
        assertThat(defaults.withTimeout(Duration.ZERO).withTimeout(Duration.ofSeconds(30)))
                .isEqualTo(defaults)
                .hasSameHashCodeAs(defaults);
    }

    @Test
    void optionOfTheSocketIsAddedToTheOthers() {
        assertThat(ConnectOptions.defaults()
                        .withSocketOption(StandardSocketOptions.SO_KEEPALIVE, true)
                        .socket())
                .isEqualTo(SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)
                        .with(StandardSocketOptions.SO_KEEPALIVE, true));
    }

    @Test
    void negativeTimesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.defaults().withTimeout(Duration.ofSeconds(-1)))
                .withMessageContaining("PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.defaults().withAttemptDelay(Duration.ofNanos(-1)));
    }

    @Test
    void familyThatNoNameHasIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.defaults().withFamily(StandardProtocolFamily.UNIX))
                .withMessageContaining("UNIX")
                .withMessageContaining("INET or INET6");
    }

    @Test
    void addressAtThisEndMustBeResolved() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.defaults().withLocal(InetSocketAddress.createUnresolved("here", 0)))
                .withMessageContaining("here")
                .withMessageContaining("Dns.resolve");
    }
}
