package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.dns.Resolver;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text that somebody else has chosen stands in messages as it is, but for what forges a line or garbles a terminal. */
final class PeerTextTest {
    private static final String HOSTILE = "host\nSEVERE forged \u001b[2J\u009b31m\u202e";
    private static final String ESCAPED = "host\\nSEVERE forged \\u001b[2J\\u009b31m\\u202e";

    @Test
    void nameInAnAddressIsEscaped() {
        assertThat(Addresses.text(InetSocketAddress.createUnresolved(HOSTILE, 80)))
                .isEqualTo(ESCAPED + ":80");
    }

    @LoopTest
    void nameThatHasNoAddressIsEscaped() {
        Dns.use(host -> List.of());

        assertThatThrownBy(() -> Dns.resolve(HOSTILE))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageStartingWith(
                        "cannot resolve '" + ESCAPED + "': it contains characters that host names cannot have");
        assertThatThrownBy(() -> Dns.resolve("host\nSEVERE forged"))
                .hasMessageStartingWith(
                        "cannot resolve 'host\\nSEVERE forged': it contains characters that host names cannot have");
        assertThatThrownBy(() -> TcpStream.connect(HOSTILE, 80)).hasMessageContaining(ESCAPED);
    }

    @LoopTest
    void nameThatIsNoneIsEscaped() {
        assertThatThrownBy(() -> Dns.resolve("[" + HOSTILE))
                .hasMessageStartingWith("cannot resolve '[" + ESCAPED + "'");
    }

    /** Of a name that no name server is asked for: none of its parts may have more than 63 characters. */
    @LoopTest
    void whatTheSystemSaysOfANameIsEscaped() {
        String part = "x".repeat(64);

        assertThatThrownBy(() -> Resolver.system().resolve("\u001b" + part))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageStartingWith("cannot resolve '\\u001b" + part + "'")
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("\u001b"));
    }

    /** A client of a Unix socket may have an address, too, which is a path of its choice. */
    @LoopTest
    void pathOfAPeerIsEscaped(@TempDir Path directory) throws Exception {
        Path server = directory.resolve("server");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(server));
            client.bind(UnixDomainSocketAddress.of(directory.resolve("c\n\u001b[2J")));
            client.connect(UnixDomainSocketAddress.of(server));
            try (UnixStream stream = UnixStream.of(listener.accept())) {
                assertThat(stream).hasToString("UnixStream[" + directory + "/c\\n\\u001b[2J]");
                client.shutdownOutput();
                assertThatThrownBy(() -> stream.readExactly(1)).hasMessageContaining("/c\\n\\u001b[2J] ended after 0");
            }
        }
    }
}
