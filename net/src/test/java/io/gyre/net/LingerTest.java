package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.testing.StreamPair;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** SO_LINGER with a time makes close wait, which would hold up the loop. */
final class LingerTest {
    @LoopTest
    void timeIsRefusedInOptions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SocketOptions.of(StandardSocketOptions.SO_LINGER, 1))
                .withMessageContaining("SO_LINGER of 1 s")
                .withMessageContaining("closeOutput");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SocketOptions.none().with(StandardSocketOptions.SO_LINGER, 65_535))
                .withMessageContaining("SO_LINGER of 65535 s");
    }

    @LoopTest
    void noTimeIsAllowedInOptions() {
        assertThat(SocketOptions.of(StandardSocketOptions.SO_LINGER, 0)).hasToString("SocketOptions{SO_LINGER=0}");
        assertThat(SocketOptions.of(StandardSocketOptions.SO_LINGER, -1)).hasToString("SocketOptions{SO_LINGER=-1}");
    }

    @LoopTest(time = Time.REAL)
    void timeIsRefusedByAStreamAndNothingIsChanged() throws Exception {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> left.setOption(StandardSocketOptions.SO_LINGER, 4))
                    .withMessageContaining("SO_LINGER of 4 s");
            assertThat(left.option(StandardSocketOptions.SO_LINGER)).isNegative();

            right.setOption(StandardSocketOptions.SO_LINGER, 0);
            assertThat(right.option(StandardSocketOptions.SO_LINGER)).isZero();
            right.setOption(StandardSocketOptions.SO_LINGER, -1);
            assertThat(right.option(StandardSocketOptions.SO_LINGER)).isNegative();
        }
    }

    @LoopTest(time = Time.REAL)
    void timeIsTakenFromAChannel() throws Exception {
        for (int seconds : new int[] {-1, 0, 4}) {
            try (var server = ServerSocketChannel.open().bind(TcpPair.loopback())) {
                SocketChannel channel = SocketChannel.open(server.getLocalAddress());
                channel.setOption(StandardSocketOptions.SO_LINGER, seconds);
                try (TcpStream stream = TcpStream.of(channel)) {
                    assertThat(stream.option(StandardSocketOptions.SO_LINGER)).isEqualTo(seconds > 0 ? -1 : seconds);
                }
            }
        }
    }

    /** The wrong kind of channel, and the right complaint. */
    @LoopTest(time = Time.REAL)
    void unixSocketIsRefusedForWhatItIsAndClosed(@TempDir Path directory) throws Exception {
        var address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address)) {
            SocketChannel channel = SocketChannel.open(server.getLocalAddress());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TcpStream.of(channel))
                    .withMessageContaining("UnixStream.of");
            assertThat(channel.isOpen()).isFalse();
        }
    }
}
