package io.gyre.examples.proxy;

import io.gyre.net.ConnectOptions;
import io.gyre.net.ServerOptions;
import io.gyre.net.ServerOptions.Overload;
import io.gyre.net.Streams;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Passes TCP connections on to another server, byte by byte.
 *
 * <p>What to learn here:
 *
 * <ul>
 *   <li>{@link Streams#relay} is all of it: both directions at the same time, back-pressure from end to end, and a half-close
 *       that arrives as one, so that a client which says "that is all" still gets its answer.
 *   <li>Limits are options, not code: how many connections are served, and how long a connect may take. Clients beyond the limit
 *       wait in the system's backlog.
 *   <li>A client whose server cannot be reached gets a reset and not an end, which could be taken for an empty answer.
 * </ul>
 */
public final class Proxy implements AutoCloseable {
    private final String host;
    private final int port;
    private final ConnectOptions connectOptions;
    private final TcpServer server;
    private long unreachable;
    private long bytesForth;
    private long bytesBack;

    /**
     * What a proxy has done.
     *
     * @param connections how many it has accepted
     * @param active how many there are at present
     * @param unreachable for how many the other server could not be reached
     * @param bytesForth what clients have sent on connections that have ended
     * @param bytesBack what they have got
     */
    public record Counts(long connections, int active, long unreachable, long bytesForth, long bytesBack) {}

    private Proxy(InetSocketAddress address, String host, int port, int maxConnections, Duration connectTimeout)
            throws IOException {
        this.host = host;
        this.port = port;
        this.connectOptions = ConnectOptions.defaults().withTimeout(connectTimeout);
        ServerOptions options = ServerOptions.defaults().withMaxConnections(maxConnections, Overload.PAUSE);
        this.server = TcpServer.serve(options, List.of(address), this::passOn);
    }

    /**
     * Starts a proxy.
     *
     * @param address where to listen
     * @param host the other server; looked up again for each connection, so that it may move
     * @param port its port
     * @param maxConnections how many connections are passed on at the same time
     * @param connectTimeout how long it may take to reach the other server
     * @return the proxy, which is listening
     * @throws IOException if the address is taken
     */
    public static Proxy start(
            InetSocketAddress address, String host, int port, int maxConnections, Duration connectTimeout)
            throws IOException {
        return new Proxy(address, host, port, maxConnections, connectTimeout);
    }

    private void passOn(TcpStream client) throws IOException {
        TcpStream target;
        try {
            target = TcpStream.connect(host, port, connectOptions);
        } catch (IOException notReached) {
            unreachable++;
            System.err.println("proxy: " + notReached.getMessage());
            client.abort();
            return;
        }
        try (target) {
            Streams.relay(client, target);
        } finally {
            bytesForth += client.statistics().bytesReceived();
            bytesBack += client.statistics().bytesSent();
        }
    }

    /** {@return where the proxy listens} */
    public InetSocketAddress address() {
        return server.address();
    }

    /** {@return what the proxy has done so far} */
    public Counts counts() {
        var statistics = server.statistics();
        return new Counts(statistics.accepted(), statistics.active(), unreachable, bytesForth, bytesBack);
    }

    /**
     * Accepts no more connections, and lets those that are there come to an end. Suspends.
     *
     * @param limit how long that may take
     * @return whether it took no longer
     */
    public boolean drain(Duration limit) {
        return server.drain(limit);
    }

    /** Cuts all connections. */
    @Override
    public void close() {
        server.close();
    }
}
