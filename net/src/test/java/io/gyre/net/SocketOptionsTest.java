package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

final class SocketOptionsTest {
    @Test
    void laterValueReplacesAnEarlierOneOfTheSameOption() throws IOException {
        SocketOptions options = SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true)
                .with(StandardSocketOptions.TCP_NODELAY, true)
                .with(StandardSocketOptions.SO_KEEPALIVE, false);

        try (SocketChannel channel = SocketChannel.open()) {
            options.applyTo(channel);

            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
            assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        }
    }

    @Test
    void addingLeavesTheOriginalAsItIs() {
        SocketOptions one = SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true);
        SocketOptions two = one.with(StandardSocketOptions.TCP_NODELAY, true);

        assertThat(one).isEqualTo(SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true));
        assertThat(one).hasSameHashCodeAs(SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true));
        assertThat(two).isNotEqualTo(one);
        assertThat(one).isNotEqualTo("text");
        assertThat(SocketOptions.none()).isNotEqualTo(one).hasToString("SocketOptions{}");
        assertThat(two).hasToString("SocketOptions{SO_KEEPALIVE=true, TCP_NODELAY=true}");
    }

    @Test
    void optionThatIsNotOfTheSocketIsNamed() throws IOException {
        SocketOptions multicast = SocketOptions.of(StandardSocketOptions.IP_MULTICAST_TTL, 3);
        try (SocketChannel channel = SocketChannel.open()) {
            assertThatThrownBy(() -> multicast.applyTo(channel))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("cannot set IP_MULTICAST_TTL to 3 on")
                    .hasCauseInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void optionOfAClosedSocketIsRefused() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.close();

        assertThatThrownBy(() -> SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)
                        .applyTo(channel))
                .isInstanceOf(SocketException.class)
                .hasCauseInstanceOf(ClosedChannelException.class);
    }
}
