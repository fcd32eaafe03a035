package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimerHandle;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accepts TCP connections and serves each in a task of its own.
 *
 * {@snippet :
 * try (TcpServer server = TcpServer.serve(new InetSocketAddress("127.0.0.1", 7007), stream -> {
 *     ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
 *     while (stream.read(buffer.clear()) >= 0) {
 *         stream.write(buffer.flip());
 *     }
 * })) {
 *     server.awaitClosed();
 * }
 * }
 *
 * <p>A handler that fails is reported to the loop's failure handler, with the peer's address, and its connection is
 * closed. A peer that resets the connection or vanishes is normal: counted, and one line on level DEBUG.
 *
 * <p><b>Confinement:</b> tasks and callbacks of one loop. <b>Lifecycle:</b> serving, closed.
 *
 * <p><b>Source:</b> asyncio {@code start_server}. Differs: the server owns its handlers, and ends them when it is closed.
 */
public final class TcpServer implements AutoCloseable {
    /*
     * Design.
     *
     * One task accepts: it waits for readiness, accepts a batch, and waits again. The batch is bounded, so that a flood of
     * connections does not keep those that are accepted from being served.
     *
     * When the system has no descriptor left, accept fails while the listening socket stays ready, so waiting for
     * readiness would spin. Accepting pauses instead, until one of our connections ends or a second has passed. A reserve
     * descriptor is let go meanwhile: without one, the report itself fails as soon as it needs to open a file.
     */
    private static final System.Logger LOG = System.getLogger("io.gyre.net");

    /** Few enough that a tick stays short, many enough that a burst is taken in one. */
    private static final int ACCEPT_BATCH = 64;

    /** As asyncio has it. Others may free descriptors too, so we look again by ourselves. */
    private static final Duration ACCEPT_PAUSE = Duration.ofSeconds(1);

    private static final int BACKLOG = 1024;

    /** As long as a loop that is closed waits for its tasks, if nobody says otherwise. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final ServerSocketChannel channel;
    private final InetSocketAddress address;
    private final StreamHandler<? super TcpStream> handler;
    private final EventLoop loop = EventLoop.current();
    private final Set<Task<?>> connections = new HashSet<>();
    private final LoopFuture<@Nullable Void> closed = loop.createFuture();
    private final ReserveDescriptor reserve = new ReserveDescriptor();
    private final Task<?> acceptor;
    private @Nullable LoopFuture<@Nullable Void> pause;
    /** Once for each time that descriptors run out, however often accepting is tried and paused meanwhile. */
    private boolean exhaustionReported;

    private long accepted;
    private long broken;
    private long failed;
    private long pauses;

    private TcpServer(ServerSocketChannel channel, StreamHandler<? super TcpStream> handler) throws IOException {
        this.channel = channel;
        this.address = (InetSocketAddress) channel.getLocalAddress();
        this.handler = handler;
        reserve.fill();
        this.acceptor = LowLevel.createTask("accept on " + TcpStream.text(address), handler, this::accept);
    }

    /**
     * Listens on an address and serves connections, from now until {@link #close}.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param address where to listen; port 0 for any free one, see {@link #address()}
     * @param handler serves one connection
     * @return the server, which is listening
     * @throws BindException if the address is taken, or not of this machine
     * @throws IOException if the system refuses a socket
     */
    public static TcpServer serve(InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.bind(address, BACKLOG);
            return new TcpServer(channel, handler);
        } catch (SocketException failure) {
            channel.close();
            var named = new BindException("cannot listen on " + address + ": " + failure.getMessage());
            named.initCause(failure);
            throw named;
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /** {@return where the server listens, with the port that was chosen} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return what the server has done so far} */
    public ServerStatistics statistics() {
        return new ServerStatistics(accepted, connections.size(), broken, failed, pauses);
    }

    /**
     * Waits until the server is closed and all its handlers have ended.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> ends the wait; the server goes on.
     */
    public void awaitClosed() {
        closed.await();
    }

    /**
     * Stops accepting, cancels the handlers, and waits for them to end; each closes its connection.
     *
     * <p><b>Suspends:</b> until the handlers have ended, in a cancelled task, too, but there no longer than 10 s.
     * <b>Cancellation:</b> ends the wait after that. Does nothing the second time.
     */
    @Override
    public void close() {
        if (channel.isOpen()) {
            closeChannel();
            acceptor.cancel("its server was closed");
            List.copyOf(connections).forEach(connection -> connection.cancel("its server was closed"));
        }
        endIfIdle();
        if (!closed.isDone()) {
            Async.shield(CLOSE_LIMIT, this::awaitClosed);
        }
    }

    private void closeChannel() {
        try {
            LowLevel.close(channel);
        } catch (IOException failure) {
            LowLevel.report(new Failure("cannot close the listening socket of " + this, toString(), null, failure));
        }
    }

    private @Nullable Void accept() throws IOException {
        try {
            while (channel.isOpen()) {
                LowLevel.awaitAcceptable(channel);
                acceptBatch();
            }
        } catch (ClosedChannelException | CancelledException ended) {
            // close() does both, in whatever order they arrive here
        } finally {
            reserve.close();
            closeChannel();
        }
        return null;
    }

    private void acceptBatch() throws IOException {
        for (int i = 0; i < ACCEPT_BATCH; i++) {
            SocketChannel connection;
            try {
                connection = channel.accept();
            } catch (ClosedChannelException ended) {
                throw ended;
            } catch (IOException exhausted) {
                pause(exhausted);
                return;
            }
            if (connection == null) {
                exhaustionReported = false;
                return;
            }
            accepted++;
            start(connection);
        }
    }

    private void start(SocketChannel connection) throws IOException {
        TcpStream stream;
        try {
            stream = TcpStream.of(connection);
        } catch (IOException gone) {
            broken++;
            LOG.log(Level.DEBUG, () -> this + ": a connection was gone before it was served: " + gone.getMessage());
            return;
        }
        Task<?> task =
                LowLevel.createTask("connection from " + TcpStream.text(stream.peer()), handler, () -> serve(stream));
        connections.add(task);
        task.whenDone(this::ended);
    }

    private @Nullable Void serve(TcpStream stream) throws IOException {
        try (stream) {
            handler.handle(stream);
        } catch (CancelledException cancelled) {
            throw cancelled;
        } catch (Throwable failure) {
            if (stream.isBrokenBy(failure)) {
                broken++;
                LOG.log(Level.DEBUG, () -> this + ": " + stream + " broke: " + failure.getMessage());
            } else {
                failed++;
                LowLevel.report(new Failure(
                        "the handler of " + stream + " on " + this + " failed; the connection was closed",
                        Async.currentTask().name(),
                        null,
                        failure));
            }
        }
        return null;
    }

    private void ended(Object task) {
        connections.remove(task);
        if (pause != null && !pause.isDone()) {
            pause.setResult(null);
        }
        endIfIdle();
    }

    private void endIfIdle() {
        if (!channel.isOpen() && connections.isEmpty() && !closed.isDone()) {
            closed.setResult(null);
        }
    }

    private void pause(IOException exhausted) throws IOException {
        pauses++;
        reserve.close();
        if (!exhaustionReported) {
            exhaustionReported = true;
            reportExhaustion(exhausted);
        }
        LoopFuture<@Nullable Void> resumed = loop.createFuture();
        pause = resumed;
        TimerHandle timer = loop.callLater(ACCEPT_PAUSE, () -> {
            if (!resumed.isDone()) {
                resumed.setResult(null);
            }
        });
        try {
            resumed.await();
        } finally {
            timer.cancel();
            pause = null;
            reserve.fill();
        }
    }

    private void reportExhaustion(IOException exhausted) {
        LowLevel.report(new Failure(
                this + " pauses accepting for up to " + ACCEPT_PAUSE.toSeconds()
                        + " s or until one of its connections ends. Raise the limit of open files (ulimit -n), or"
                        + " serve fewer connections.",
                toString(),
                null,
                exhausted));
    }

    @Override
    public String toString() {
        return "TcpServer[" + TcpStream.text(address) + "]";
    }
}
