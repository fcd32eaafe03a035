package io.gyre.net.testing;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;

/** The connections that a system keeps for one who listens and does not accept. */
public final class Backlog {
    /** So many wait at the most: a backlog of one, and what systems add to it, and those that hang. */
    private static final int ENOUGH = 5;

    private Backlog() {}

    /**
     * Connects until one more would have to wait.
     *
     * @param address where somebody listens with a backlog of one
     * @param connections receives the connections, to be closed by the caller
     */
    public static void fill(SocketAddress address, List<SocketChannel> connections) throws IOException {
        for (int i = 0; i < ENOUGH; i++) {
            SocketChannel channel = address instanceof UnixDomainSocketAddress
                    ? SocketChannel.open(StandardProtocolFamily.UNIX)
                    : SocketChannel.open();
            connections.add(channel);
            channel.configureBlocking(false);
            try {
                channel.connect(address);
            } catch (SocketException unixSocketsDoNotWait) {
                return;
            }
        }
    }
}
