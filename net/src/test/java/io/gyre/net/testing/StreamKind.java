package io.gyre.net.testing;

import io.gyre.net.ByteStream;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The streams that cancellation is observed of. */
enum StreamKind {
    MEMORY {
        @Override
        StreamPair<? extends ByteStream> open() {
            return MemoryStream.pair();
        }
    },
    TCP {
        @Override
        StreamPair<? extends ByteStream> open() throws IOException {
            try (var server = ServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                TcpStream left = TcpStream.connect((InetSocketAddress) server.getLocalAddress());
                return new StreamPair<>(left, TcpStream.of(server.accept()));
            }
        }
    },
    UNIX {
        @Override
        StreamPair<? extends ByteStream> open() throws IOException {
            Path path = Files.createTempDirectory("gyre").resolve("socket");
            try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(path));
                UnixStream left = UnixStream.connect(path);
                return new StreamPair<>(left, UnixStream.of(server.accept()));
            } finally {
                Files.delete(path);
                Files.delete(path.getParent());
            }
        }
    };

    abstract StreamPair<? extends ByteStream> open() throws IOException;
}
