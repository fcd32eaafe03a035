package io.gyre.net;

import io.gyre.net.testing.Backlog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** An address of this machine that neither takes a connection nor refuses it. */
public final class BlackHole implements AutoCloseable {
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final List<SocketChannel> waiting = new ArrayList<>();

    BlackHole() throws IOException {
        this(TcpPair.loopback());
    }

    /** Makes an address such. */
    public BlackHole(InetSocketAddress address) throws IOException {
        server.bind(address, 1);
        Backlog.fill(server.getLocalAddress(), waiting);
    }

    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : waiting) {
            channel.close();
        }
        server.close();
    }
}
