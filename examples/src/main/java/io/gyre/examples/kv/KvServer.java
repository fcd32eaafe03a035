package io.gyre.examples.kv;

import static io.gyre.loop.Async.moveOnAfter;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.loop.Combinators;
import io.gyre.net.ByteStream;
import io.gyre.net.IncompleteReadException;
import io.gyre.net.LimitExceededException;
import io.gyre.net.StreamServer;
import io.gyre.net.TcpServer;
import io.gyre.net.UnixServer;
import io.gyre.net.tls.TlsHandler;
import io.gyre.net.tls.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A key-value server over TCP and, if wanted, over a Unix socket at the same time.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>The handler is written for {@link ByteStream}, so it serves every kind of connection.
 *   <li>Answers are written with {@code writeBuffered}: a client that sends a hundred commands at once gets a hundred
 *       answers in one packet, and a client that waits for each answer gets it at once.
 *   <li>Everything that a client can make the server store is limited: lines, keys, values.
 *   <li>{@link #drain} is the graceful shutdown: the server answers the commands that have arrived and then ends the
 *       connections; at the deadline it aborts the rest.
 * </ul>
 */
public final class KvServer implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 16 * 1024;
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final byte[] LF = {'\n'};
    private static final byte[] CR_LF = {'\r', '\n'};

    private final KvProtocol protocol = new KvProtocol(new KvStore());
    private final TcpServer tcp;
    private final List<StreamServer<?>> servers = new ArrayList<>();

    private KvServer(InetSocketAddress address, @Nullable TlsOptions tls, @Nullable Path socket) throws IOException {
        tcp = tls == null
                ? TcpServer.serve(address, this::serve)
                : TcpServer.serve(address, TlsHandler.of(tls, this::serve));
        servers.add(tcp);
        if (socket != null) {
            try {
                servers.add(UnixServer.serve(socket, this::serve));
            } catch (Throwable failure) {
                tcp.close();
                throw failure;
            }
        }
    }

    /**
     * Starts a server.
     *
     * @param address the address to listen on
     * @param socket a Unix socket to listen on as well, only for the user of this process; null for none
     * @return the listening server
     * @throws IOException if one of them is in use
     */
    public static KvServer start(InetSocketAddress address, @Nullable Path socket) throws IOException {
        return new KvServer(address, null, socket);
    }

    /**
     * Starts a server that speaks TLS over TCP. Suspends until the files of the options have been read.
     *
     * @param address the address to listen on
     * @param tls with a certificate
     * @param socket a Unix socket to listen on as well, without TLS, only for the user of this process; null for none
     * @return the listening server
     * @throws IOException if one of them is in use, or a file cannot be used
     */
    public static KvServer start(InetSocketAddress address, TlsOptions tls, @Nullable Path socket) throws IOException {
        return new KvServer(address, tls, socket);
    }

    /** {@return the address of the server} */
    public InetSocketAddress address() {
        return tcp.address();
    }

    private void serve(ByteStream client) throws IOException {
        try {
            for (Optional<String> line = nextLine(client);
                    line.isPresent() && !KvProtocol.isQuit(line.get());
                    line = nextLine(client)) {
                client.writeBuffered(bytes(protocol.answer(line.get())));
            }
        } catch (LimitExceededException tooLong) {
            client.write(bytes("ERROR a line has at most " + MAX_LINE_BYTES + " bytes; goodbye"));
            hangUp(client);
        }
    }

    /** Not readLine, which treats bytes before the end of the stream as a line: half a SET would store half a value. */
    private static Optional<String> nextLine(ByteStream client) throws IOException {
        try {
            String line = new String(client.readUntil(MAX_LINE_BYTES, LF, CR_LF), UTF_8);
            return Optional.of(line.substring(0, line.length() - (line.endsWith("\r\n") ? 2 : 1)));
        } catch (IncompleteReadException end) {
            return Optional.empty();
        }
    }

    /** Reads the remaining bytes: closing with unread bytes causes a reset, which may overtake the answers. */
    private static void hangUp(ByteStream client) throws IOException {
        client.closeOutput();
        ByteBuffer scrap = ByteBuffer.allocate(MAX_LINE_BYTES);
        moveOnAfter(LINGER, () -> {
            while (client.read(scrap.clear()) >= 0) {
                // discarded
            }
        });
    }

    private static byte[] bytes(String answer) {
        return (answer + "\n").getBytes(UTF_8);
    }

    /**
     * Answers the commands that have arrived and ends all connections. Suspends until this is done, or the time is up.
     *
     * @param limit the longest time for it
     * @return whether it finished in time
     */
    public boolean drain(Duration limit) {
        var drains = new ArrayList<Callable<Boolean>>();
        servers.forEach(server -> drains.add(() -> server.drain(limit)));
        return !Combinators.<Boolean>gather(drains).contains(false);
    }

    /** Aborts all connections. */
    @Override
    public void close() {
        servers.forEach(StreamServer::close);
    }
}
