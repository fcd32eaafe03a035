package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.spi.Failure;
import io.gyre.net.PeerFailures.Kind;
import io.gyre.net.ServerOptions.Overload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future.State;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and serves each in a task of its own. The server owns these tasks: they end before it does.
 *
 * <p>A handler that fails is reported to the loop's failure handler, with the peer's address, and its connection is closed. What
 * a peer does is no failure of the handler: it resets the connection, vanishes, ends in the middle of a message, is idle or too
 * slow, sends a line that is too long. That is counted by kind ({@link #statistics()}), with one line on level DEBUG, also if
 * the handler wraps the exception in another, or a time-out of {@link Async#timeout} ends a read or write. A handler that ends
 * because its connection was closed or aborted by somebody else has not failed either.
 *
 * <p><b>The end.</b> There is one way down, and each method goes a part of it: {@link #stopAccepting()}, {@link #drain} with a
 * limit, {@link #close()}; {@link #abort()} takes the short cut. {@link #state()} says how far it has come.
 *
 * <p><b>Confinement:</b> tasks and callbacks of one loop.
 *
 * <p><b>Source:</b> asyncio {@code Server}. Differs: the server owns its handlers; closing has one meaning.
 *
 * @param <S> the streams
 */
public abstract sealed class StreamServer<S extends SocketStream> implements AutoCloseable
        permits TcpServer, UnixServer {
    /*
     * Design.
     *
     * Listeners accept, this class decides what becomes of a connection and counts. `ended` is done when no listener and no
     * connection is left; whoever closes waits for that.
     */

    /** As long as a loop that is closed waits for its tasks, if nobody says otherwise. */
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final StreamHandler<? super S> handler;
    private final ServerOptions options;
    private final EventLoop loop = EventLoop.current();
    private final Object origin = LowLevel.origin();
    private final Map<Task<?>, S> connections = new LinkedHashMap<>();
    private final Map<InetAddress, Integer> connectionsOfPeer = new HashMap<>();
    private final LoopFuture<@Nullable Void> ended = loop.createFuture();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<SocketAddress> addresses = new ArrayList<>();
    private @Nullable LoopFuture<@Nullable Void> room;
    private ServerState state = ServerState.SERVING;
    private @Nullable Consumer<? super SocketChannel> placement;
    private boolean handedOver;
    private int openListeners;
    private long accepted;
    private long broken;
    private long timedOut;
    private long tooLarge;
    private long failed;
    private long shed;

    StreamServer(StreamHandler<? super S> handler, ServerOptions options) {
        this.handler = handler;
        this.options = options;
    }

    /** Makes a stream of a connection that was accepted; closes it if that fails. */
    abstract S streamOf(SocketChannel connection, SocketOptions connectionOptions) throws IOException;

    /** Called when this is about to accept no more, and still listens. */
    void listenersClose() throws IOException {}

    // ---- accepting

    final void add(Listener listener) {
        listeners.add(listener);
        addresses.add(listener.address());
        openListeners++;
    }

    /** {@return where connections come from: this listens there, or another server that hands them over} */
    final List<SocketAddress> listenAddresses() {
        return addresses;
    }

    /** {@return where the user asked for this server} */
    final Object origin() {
        return origin;
    }

    /** {@return whether one more connection may be accepted, be it to be shed} */
    final boolean hasRoom() {
        return connections.size() < options.maxConnections() || options.overload() == Overload.SHED;
    }

    /** Waits until there is room for one more connection. */
    final void awaitRoom() {
        while (!hasRoom()) {
            if (room == null) {
                room = loop.createFuture();
            }
            room.await();
        }
    }

    /** Lets somebody else decide where connections are served. */
    final void placeBy(Consumer<? super SocketChannel> newPlacement) {
        placement = newPlacement;
    }

    /** Takes what a listener has accepted. */
    final void take(SocketChannel connection) {
        if (placement == null) {
            serve(connection);
        } else {
            placement.accept(connection);
        }
    }

    /** Serves a connection that another server has accepted. */
    final void adopt(SocketChannel connection) {
        if (state == ServerState.SERVING) {
            serve(connection);
            return;
        }
        try {
            shed(connection);
        } catch (IOException gone) {
            broken++;
        }
    }

    /** Keeps a server open that has no listener, but is handed connections. */
    final void expectHandedOver(List<? extends SocketAddress> from) {
        addresses.addAll(from);
        openListeners++;
        handedOver = true;
    }

    /** Serves a connection, or sheds it. */
    private void serve(SocketChannel connection) {
        accepted++;
        S stream;
        SocketAddress remote;
        InetAddress peer;
        try {
            remote = connection.getRemoteAddress();
            peer = addressOf(remote);
            if (isTooMany(peer)) {
                shed(connection);
                return;
            }
            stream = streamOf(connection, options.connection());
        } catch (IOException gone) {
            broken++;
            NetLog.debug(() -> this + ": a connection was gone before it was served: " + LowLevel.describe(gone));
            return;
        }
        String name = peer == null ? "connection " + accepted + " on " + this : "connection from " + text(remote);
        Task<?> task;
        try {
            task = LowLevel.createTask(name, origin, () -> {
                try (stream) {
                    handler.handle(stream);
                }
                return null;
            });
        } catch (LoopClosedException closing) {
            shed++; // it was handed over while this loop was closing
            stream.abort();
            return;
        }
        stream.ownedBy(task);
        connections.put(task, stream);
        if (peer != null) {
            connectionsOfPeer.merge(peer, 1, Integer::sum);
        }
        task.whenDone(done -> ended(task, stream, peer));
    }

    private static @Nullable InetAddress addressOf(SocketAddress peer) {
        return peer instanceof InetSocketAddress address ? address.getAddress() : null;
    }

    private boolean isTooMany(@Nullable InetAddress peer) {
        return connections.size() >= options.maxConnections()
                || (peer != null && connectionsOfPeer.getOrDefault(peer, 0) >= options.maxConnectionsPerPeer());
    }

    private void shed(SocketChannel connection) throws IOException {
        shed++;
        try (connection) {
            if (connection.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                connection.setOption(StandardSocketOptions.SO_LINGER, 0); // a reset, not an end
            }
        }
    }

    // ---- the end of a connection

    private void ended(Task<?> task, S stream, @Nullable InetAddress peer) {
        connections.remove(task);
        if (peer != null) {
            connectionsOfPeer.computeIfPresent(peer, (address, count) -> count == 1 ? null : count - 1);
        }
        if (task.state() == State.FAILED) {
            failed(task, stream, task.exceptionNow());
        }
        if (room != null) {
            room.setResult(null);
            room = null;
        }
        endIfNothingIsLeft();
    }

    private void failed(Task<?> task, S stream, Throwable failure) {
        Kind kind = PeerFailures.OF_LOOP.get().kindOf(failure, stream::isCutOffBy);
        switch (kind) {
            case null -> {
                failed++;
                LowLevel.report(new Failure(
                        "the handler of " + stream + " on " + this + " failed; the connection was closed",
                        task.name(),
                        task.createdAt(),
                        failure));
                return;
            }
            case BROKEN -> broken++;
            case TIMED_OUT -> {
                broken++;
                timedOut++;
            }
            case TOO_LARGE -> {
                broken++;
                tooLarge++;
            }
            case CUT_OFF -> {}
        }
        NetLog.debug(() -> this + ": " + stream + " has ended early: " + LowLevel.describe(failure));
    }

    // ---- the end of the server

    /** A listener has ended: because it was told to, or because its task was cancelled, as all are when the loop closes. */
    final void listenerEnded() {
        openListeners--;
        if (state == ServerState.SERVING) {
            cancelHandlers();
        }
        endIfNothingIsLeft();
    }

    private void endIfNothingIsLeft() {
        if (openListeners == 0 && connections.isEmpty() && !ended.isDone()) {
            state = ServerState.CLOSED;
            ended.setResult(null);
        }
    }

    private boolean reach(ServerState next) {
        if (state.compareTo(next) >= 0) {
            return false;
        }
        if (state == ServerState.SERVING) {
            state = next; // before the listeners end
            closeListeners();
        }
        state = next;
        return true;
    }

    private void closeListeners() {
        try {
            listenersClose();
        } catch (IOException failure) {
            LowLevel.report(new Failure(this + " cannot clean up after itself", toString(), null, failure));
        }
        listeners.forEach(Listener::close);
        if (handedOver) {
            openListeners--;
        }
    }

    private void cancelHandlers() {
        if (reach(ServerState.CLOSING)) {
            List.copyOf(connections.keySet()).forEach(connection -> connection.cancel("its server was closed"));
            endIfNothingIsLeft();
        }
    }

    /**
     * Accepts no more connections; those that are there go on. <b>Suspends:</b> no. Does nothing the second time.
     *
     * @see #awaitClosed()
     */
    public final void stopAccepting() {
        checkLoop();
        reach(ServerState.STOPPED);
        endIfNothingIsLeft();
    }

    /**
     * Accepts no more connections and lets those that are there come to an end: each reads what has arrived, and then the end of
     * its stream, as if the peer had no more to say. What has not ended in time is cancelled, as by {@link #close()}.
     *
     * <p><b>Suspends:</b> until all connections have ended. <b>Cancellation:</b> ends the wait; draining goes on without a limit.
     *
     * @param limit how long to wait for them
     * @return whether all have ended by themselves
     */
    public final boolean drain(Duration limit) {
        Objects.requireNonNull(limit);
        checkLoop();
        if (reach(ServerState.DRAINING)) {
            connections.values().forEach(BufferedStream::endInput);
            endIfNothingIsLeft();
        }
        boolean inTime = Async.moveOnAfter(limit, this::awaitClosed);
        if (!inTime) {
            close();
        }
        return inTime;
    }

    /**
     * Accepts no more connections, cancels the handlers, and waits for them to end; each closes its connection. Does nothing the
     * second time but wait.
     *
     * <p><b>Suspends:</b> until the handlers have ended, in a cancelled task, too, but there no longer than 10 s. Not in a handler,
     * which would wait for itself: that goes on, cancelled as the others.
     * <b>Cancellation:</b> ends the wait after that.
     */
    @Override
    public final void close() {
        if (ended.isDone()) {
            return;
        }
        checkLoop();
        cancelHandlers();
        if (!ended.isDone() && !connections.containsKey(Async.currentTask())) {
            Async.shield(CLOSE_LIMIT, this::awaitClosed);
        }
    }

    /**
     * Accepts no more connections, resets those that are there, and cancels their handlers. <b>Suspends:</b> no; see
     * {@link #awaitClosed()}.
     */
    public final void abort() {
        checkLoop();
        cancelHandlers(); // first, as in abortConnections
        connections.values().forEach(BufferedStream::abort);
    }

    /**
     * Cancels the handlers of the connections that are there, each of which closes its connection; the server itself goes on.
     * <b>Suspends:</b> no.
     *
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server.close_clients">asyncio
     *     Server.close_clients</a>
     */
    public final void closeConnections() {
        checkLoop();
        List.copyOf(connections.keySet()).forEach(connection -> connection.cancel("its server ends its connections"));
    }

    /**
     * Resets the connections that are there and cancels their handlers; the server itself goes on. <b>Suspends:</b> no.
     */
    public final void abortConnections() {
        closeConnections(); // first: who is cancelled does not fail because his stream is gone
        connections.values().forEach(BufferedStream::abort);
    }

    /**
     * Waits until the server accepts no more and all its handlers have ended.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> ends the wait; the server goes on.
     */
    public final void awaitClosed() {
        ended.await();
    }

    /** {@return the loop on which it was made, and which serves its connections} Any thread. */
    public final EventLoop loop() {
        return loop;
    }

    private void checkLoop() {
        if (!loop.inLoop() && !loop.isClosed()) {
            Object user = Thread.currentThread().isVirtual() ? Async.currentTask() : Thread.currentThread();
            throw new WrongLoopException(this, loop, user, "Use EventLoop.call to get to the loop of the server.");
        }
    }

    // ---- asking

    /** {@return how far it has come} */
    public final ServerState state() {
        return state;
    }

    /** {@return what the server has done so far} */
    public final ServerStatistics statistics() {
        long pauses = 0;
        for (Listener listener : listeners) {
            pauses += listener.pauses();
        }
        return new ServerStatistics(accepted, connections.size(), broken, timedOut, tooLarge, failed, shed, pauses);
    }

    /** {@return the connections that are being served, in order of arrival} */
    public final List<S> connections() {
        return List.copyOf(connections.values());
    }

    static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? Addresses.text(inet) : LowLevel.describe(address);
    }

    @Override
    public final String toString() {
        var where = new ArrayList<String>();
        addresses.forEach(address -> where.add(text(address)));
        return getClass().getSimpleName() + where;
    }
}
