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
 * <p>What this example shows:
 *
 * <ul>
 *   <li>{@link Streams#relay} does everything: both directions at the same time, end-to-end back-pressure, and
 *       half-close, so that a client that has ended its output still gets its answer.
 *   <li>Limits are options, not code: the number of connections and the time for a connect. Clients over the limit wait
 *       in the system's backlog.
 *   <li>If the server cannot be reached, the client gets a reset and not an end of stream, which would look like an
 *       empty answer.
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
     * The counters of a proxy.
     *
     * @param connections how many connections it has accepted
     * @param active how many connections are open
     * @param unreachable for how many connections the other server could not be reached
     * @param bytesForth bytes from clients, on connections that have ended
     * @param bytesBack bytes to clients, on connections that have ended
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
     * @param address the address to listen on
     * @param host the other server; looked up for each connection, so that it may move
     * @param port its port
     * @param maxConnections the largest number of connections at the same time
     * @param connectTimeout how long it may take to reach the other server
     * @return the listening proxy
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

    /** {@return the address of the proxy} */
    public InetSocketAddress address() {
        return server.address();
    }

    /** {@return a snapshot of the counters} */
    public Counts counts() {
        var statistics = server.statistics();
        return new Counts(statistics.accepted(), statistics.active(), unreachable, bytesForth, bytesBack);
    }

    /**
     * Accepts no more connections and waits until the open ones end. Suspends.
     *
     * @param limit the longest time for it
     * @return whether it finished in time
     */
    public boolean drain(Duration limit) {
        return server.drain(limit);
    }

    /** Aborts all connections. */
    @Override
    public void close() {
        server.close();
    }
}
