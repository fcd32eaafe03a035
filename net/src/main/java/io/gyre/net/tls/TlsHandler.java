package io.gyre.net.tls;

import io.gyre.net.ByteStream;
import io.gyre.net.StreamHandler;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Makes any server speak TLS: it makes the handshake with each client, and gives the secured stream to a handler.
 *
 * {@snippet :
 * TlsOptions options = TlsOptions.defaults().withIdentity(Path.of("fullchain.pem"), Path.of("privkey.pem"));
 * TcpServer server = TcpServer.serve(address, TlsHandler.of(options, stream -> answer(stream)));
 * }
 *
 * <p>A failed handshake ends its connection, is counted here by kind and by the server
 * ({@link io.gyre.net.ServerStatistics#handshakes}), and is logged by the server as one line at level DEBUG.
 *
 * <p><b>Confinement:</b> any thread; the servers of several loops may share it.
 */
public final class TlsHandler implements StreamHandler<ByteStream> {
    private final TlsOptions options;
    private final StreamHandler<? super TlsStream> handler;
    private final Map<TlsException.Kind, Long> failed = new EnumMap<>(TlsException.Kind.class);
    private long completed;
    private long resumed;

    private TlsHandler(TlsOptions options, StreamHandler<? super TlsStream> handler) {
        this.options = options;
        this.handler = handler;
    }

    /**
     * Makes a handler of secured streams a handler of plain ones.
     *
     * <p><b>Suspends:</b> until the files of the options have been read, the first time. <b>Cancellation:</b> leaves nothing.
     *
     * @param options for TLS, with an identity
     * @param handler serves one secured connection
     * @return the handler, for a server
     * @throws TlsException if a file, key or certificate cannot be used
     * @throws IllegalArgumentException if the options have no identity
     * @throws IOException if a file cannot be read
     */
    public static TlsHandler of(TlsOptions options, StreamHandler<? super TlsStream> handler) throws IOException {
        Objects.requireNonNull(handler);
        TlsStream.requireIdentity(options);
        options.load();
        return new TlsHandler(options, handler);
    }

    /** Makes the handshake, and serves the secured stream. */
    @Override
    public void handle(ByteStream stream) throws Exception {
        try (TlsStream secured = begin(stream)) {
            handler.handle(secured);
        }
    }

    private TlsStream begin(ByteStream stream) throws IOException {
        try {
            TlsStream secured = TlsStream.server(stream, options);
            secured.handshake(); // if the options are lazy
            count(secured.session());
            return secured;
        } catch (TlsException refused) {
            count(refused.kind());
            throw refused;
        }
    }

    private synchronized void count(TlsSession session) {
        completed++;
        if (session.resumed()) {
            resumed++;
        }
    }

    private synchronized void count(TlsException.Kind kind) {
        failed.merge(kind, 1L, Long::sum);
    }

    /** {@return the counts of the handshakes so far} */
    public synchronized TlsStatistics statistics() {
        return new TlsStatistics(completed, resumed, failed);
    }
}
