package io.gyre.examples.proxy;

import io.gyre.net.ByteStream;
import io.gyre.net.ConnectOptions;
import io.gyre.net.ServerOptions;
import io.gyre.net.ServerOptions.Overload;
import io.gyre.net.Streams;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.tls.TlsHandler;
import io.gyre.net.tls.TlsOptions;
import io.gyre.net.tls.TlsStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 *   <li>TLS is one more stream on either side: the proxy can end it, begin it, or both.
 *   <li>If the server cannot be reached, the client gets a reset and not an end of stream, which would look like an
 *       empty answer.
 * </ul>
 */
public final class Proxy implements AutoCloseable {
    private final String host;
    private final int port;
    private final ConnectOptions connectOptions;
    private final @Nullable TlsOptions tlsOfTarget;
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

    private Proxy(
            InetSocketAddress address,
            @Nullable TlsOptions clients,
            String host,
            int port,
            @Nullable TlsOptions tlsOfTarget,
            int maxConnections,
            Duration connectTimeout)
            throws IOException {
        this.host = host;
        this.port = port;
        this.tlsOfTarget = tlsOfTarget;
        this.connectOptions = ConnectOptions.defaults().withTimeout(connectTimeout);
        ServerOptions options = ServerOptions.defaults().withMaxConnections(maxConnections, Overload.PAUSE);
        this.server = clients == null
                ? TcpServer.serve(options, List.of(address), this::passOn)
                : TcpServer.serve(options, List.of(address), TlsHandler.of(clients, this::passOn));
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
        return new Proxy(address, null, host, port, null, maxConnections, connectTimeout);
    }

    /**
     * Starts a proxy that ends or begins TLS. Suspends until the files of the options have been read.
     *
     * @param address the address to listen on
     * @param clients TLS with clients; null for none
     * @param host the other server; looked up for each connection, so that it may move
     * @param port its port
     * @param tlsOfTarget TLS with the other server; null for none
     * @param maxConnections the largest number of connections at the same time
     * @param connectTimeout how long it may take to reach the other server
     * @return the listening proxy
     * @throws IOException if the address is taken, or a file cannot be used
     */
    public static Proxy start(
            InetSocketAddress address,
            @Nullable TlsOptions clients,
            String host,
            int port,
            @Nullable TlsOptions tlsOfTarget,
            int maxConnections,
            Duration connectTimeout)
            throws IOException {
        return new Proxy(address, clients, host, port, tlsOfTarget, maxConnections, connectTimeout);
    }

    private ByteStream connect() throws IOException {
        TcpStream tcp = TcpStream.connect(host, port, connectOptions);
        return tlsOfTarget == null ? tcp : TlsStream.client(tcp, host, tlsOfTarget);
    }

    private void passOn(ByteStream client) throws IOException {
        ByteStream target;
        try {
            target = connect();
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
