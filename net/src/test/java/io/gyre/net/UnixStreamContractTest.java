package io.gyre.net;

import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

final class UnixStreamContractTest extends BufferedStreamContract {
    private final Path directory;

    UnixStreamContractTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Override
    protected StreamPair<UnixStream> open() throws IOException {
        Path path = directory.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            UnixStream left = UnixStream.connect(path);
            return new StreamPair<>(left, UnixStream.of(server.accept()));
        } finally {
            Files.deleteIfExists(path);
        }
    }

    /** Without a reset: the system passes the end on, and no more. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.of(Trait.HALF_CLOSE, Trait.BACK_PRESSURE);
    }
}
