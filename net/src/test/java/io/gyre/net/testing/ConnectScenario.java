package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.ConnectOptions;
import io.gyre.net.Descriptors;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Connecting to one who listens and has no room for more. */
final class ConnectScenario extends CancelScenario {
    private final SocketAddress address;
    private final ServerSocketChannel server;
    private final List<SocketChannel> accepted = new ArrayList<>();
    private Set<String> sockets = Set.of();

    ConnectScenario(StandardProtocolFamily family) throws IOException {
        boolean isUnix = family == StandardProtocolFamily.UNIX;
        server = isUnix ? ServerSocketChannel.open(family) : ServerSocketChannel.open();
        server.bind(
                isUnix
                        ? UnixDomainSocketAddress.of(
                                Files.createTempDirectory("gyre").resolve("socket"))
                        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                1);
        address = server.getLocalAddress();
    }

    @Override
    void arrange(Moment moment) throws Exception {
        server.configureBlocking(false);
        Backlog.fill(address, accepted);
        sockets = Descriptors.sockets();
    }

    @Override
    Object call() throws Exception {
        return address instanceof UnixDomainSocketAddress unix
                ? UnixStream.connect(unix.getPath())
                : TcpStream.connect(
                        (InetSocketAddress) address, ConnectOptions.defaults().withTimeout(Duration.ofDays(300)));
    }

    /** The system asks again by itself, after a second. */
    @Override
    void complete() throws Exception {
        while (true) {
            SocketChannel connection = server.accept();
            if (connection == null) {
                return;
            }
            accepted.add(connection);
        }
    }

    @Override
    String remains(Task<?> task, Moment moment) throws Exception {
        if (hasReturned(task)) {
            ((ByteStream) task.resultNow()).close();
            return RETURNS;
        }
        assertThat(sockets).containsAll(Descriptors.sockets());
        return moment == Moment.BEFORE ? "nothing is opened" : "what was opened is closed";
    }

    @Override
    void close() throws Exception {
        server.close();
        for (SocketChannel channel : accepted) {
            channel.close();
        }
        if (address instanceof UnixDomainSocketAddress unix) {
            Files.delete(unix.getPath());
            Files.delete(unix.getPath().getParent());
        }
    }
}
