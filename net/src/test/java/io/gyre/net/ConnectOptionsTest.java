package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
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
                .withLocal(local)
                .withSocket(socket);

        assertThat(changed).isEqualTo(new ConnectOptions(Duration.ofSeconds(1), Duration.ofSeconds(2), local, socket));
        assertThat(ConnectOptions.defaults())
                .isEqualTo(new ConnectOptions(
                        Duration.ofSeconds(30),
                        Duration.ofMillis(250),
                        null,
                        SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)));
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
    void addressAtThisEndMustBeResolved() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectOptions.defaults().withLocal(InetSocketAddress.createUnresolved("here", 0)))
                .withMessageContaining("here")
                .withMessageContaining("Dns.resolve");
    }
}
