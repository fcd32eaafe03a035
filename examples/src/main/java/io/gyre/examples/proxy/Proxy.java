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
    private final Target target;
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

    /**
     * The server to pass connections on to.
     *
     * @param host looked up for each connection, so that it may move
     * @param port its port
     * @param options how long it may take to reach it, for example
     * @param tls TLS with it; null for none
     */
    public record Target(
            String host,
            int port,
            ConnectOptions options,
            @Nullable TlsOptions tls) {
        private ByteStream connect() throws IOException {
            TcpStream tcp = TcpStream.connect(host, port, options);
            return tls == null ? tcp : TlsStream.client(tcp, host, tls);
        }
    }

    private Proxy(InetSocketAddress address, @Nullable TlsOptions tls, int maxConnections, Target target)
            throws IOException {
        this.target = target;
        ServerOptions options = ServerOptions.defaults().withMaxConnections(maxConnections, Overload.PAUSE);
        this.server = tls == null
                ? TcpServer.serve(options, address, this::passOn)
                : TcpServer.serve(options, address, TlsHandler.of(tls, this::passOn));
    }

    /**
     * Starts a proxy. Suspends until the files of the options have been read.
     *
     * @param address the address to listen on
     * @param tls TLS with clients; null for none
     * @param maxConnections the largest number of connections at the same time
     * @param target where connections go
     * @return the listening proxy
     * @throws IOException if the address is taken, or a file cannot be used
     */
    public static Proxy start(InetSocketAddress address, @Nullable TlsOptions tls, int maxConnections, Target target)
            throws IOException {
        return new Proxy(address, tls, maxConnections, target);
    }

    private void passOn(ByteStream client) throws IOException {
        ByteStream reached;
        try {
            reached = target.connect();
        } catch (IOException notReached) {
            unreachable++;
            System.err.println("proxy: " + notReached.getMessage());
            client.abort();
            return;
        }
        try (reached) {
            Streams.relay(client, reached);
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
