package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Handle;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.sync.ParkingLot;
import io.gyre.net.PeerFailures.Kind;
import io.gyre.net.ServerOptions.Overload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and serves each in its own task. The server owns these tasks: they end before it does.
 *
 * <p>A failing handler is reported to the loop's failure handler with the peer's address, and its connection is closed.
 * What the peer does is not a failure of the handler: resetting the connection, vanishing, ending in the middle of a
 * message, being idle or too slow, sending a line that is too long. These are counted by kind ({@link #statistics()})
 * and logged as one line at level DEBUG, even if the handler wraps the exception in another, or an
 * {@link Async#timeout} ends a read or write. Nor has a handler failed if it ends because another task closed or
 * aborted its connection.
 *
 * <p><b>Shutdown.</b> There is one way down, and each method goes a part of it: {@link #stopAccepting()},
 * {@link #drain} with a limit, {@link #close()}; {@link #abort()} takes the short cut. {@link #state()} says how far
 * the server has come. {@link EventLoop#shutdown} drains all servers of its loop.
 *
 * <p><b>Confinement:</b> tasks and callbacks of one loop.
 *
 * <p><b>Source:</b> asyncio {@code Server}. Differs: the server owns its handlers; closing has one meaning.
 *
 * @param <S> the type of the streams
 */
public abstract sealed class StreamServer<S extends SocketStream> implements AutoCloseable
        permits TcpServer, UnixServer {
    /*
     * Design.
     *
     * Listeners accept; this class decides what happens to a connection and counts it. `ended` completes when no
     * listener and no connection is left; closing waits for it.
     */

    /** The default, which is also how long a closing loop waits for its tasks. */
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
    private final ParkingLot waitingForRoom = new ParkingLot("room for a connection in");
    private ServerState state = ServerState.SERVING;
    private @Nullable Consumer<? super SocketChannel> placement;
    private boolean handedOver;
    private int openListeners;
    private @Nullable Handle shutdown;
    private long accepted;
    private long broken;
    private long timedOut;
    private long tooLarge;
    private long handshakes;
    private long failed;
    private long shed;
    private long refused;
    private long shedLate;
    private long latePauses;

    StreamServer(StreamHandler<? super S> handler, ServerOptions options) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** Wraps an accepted connection in a stream; closes it on failure. */
    abstract S streamOf(SocketChannel connection, SocketOptions connectionOptions) throws IOException;

    /** Called before the server stops accepting, while it still listens. */
    void listenersClose() throws IOException {}

    // ---- accepting

    final void add(Listener listener) {
        listeners.add(listener);
        addresses.add(listener.address());
        opened();
    }

    private void opened() {
        openListeners++;
        if (shutdown == null) {
            shutdown = LowLevel.whenShuttingDown(this::startDraining);
        }
    }

    /** {@return the addresses the connections come from: this server's, or those of the server that hands them over} */
    final List<SocketAddress> listenAddresses() {
        return addresses;
    }

    /** {@return the place in the user's code that created this server} */
    final Object origin() {
        return origin;
    }

    /** {@return whether one more connection may be accepted now, if only to be shed} */
    final boolean mayAccept() {
        return hasRoom() && !isPausedByLag();
    }

    private boolean hasRoom() {
        return connections.size() < options.maxConnections() || options.overload() == Overload.SHED;
    }

    private boolean isPausedByLag() {
        Admission admission = options.admission();
        return admission != null && options.whenLate() == Overload.PAUSE && admission.isLate();
    }

    private boolean isShedByLag() {
        Admission admission = options.admission();
        return admission != null && (handedOver || options.whenLate() == Overload.SHED) && !admission.mayBegin();
    }

    /** Waits until one more connection may be accepted. */
    final void awaitMayAccept() {
        while (!mayAccept()) {
            if (hasRoom()) {
                latePauses++;
                Objects.requireNonNull(options.admission()).awaitInTime();
            } else {
                waitingForRoom.park(this);
            }
        }
    }

    /** Lets the caller decide where connections are served. */
    final void placeBy(Consumer<? super SocketChannel> newPlacement) {
        placement = newPlacement;
    }

    /** Takes a connection that a listener accepted. */
    final void take(SocketChannel connection) {
        if (placement == null) {
            serve(connection);
        } else {
            placement.accept(connection);
        }
    }

    /** Serves a connection that another server accepted. */
    final void adopt(SocketChannel connection) {
        if (state == ServerState.SERVING) {
            serve(connection);
            return;
        }
        shed++;
        try {
            reset(connection);
        } catch (IOException gone) {
            broken++;
        }
    }

    /** Keeps a server open that has no listener but receives connections from another server. */
    final void expectHandedOver(List<? extends SocketAddress> from) {
        addresses.addAll(from);
        opened();
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
            if (!passesGate(remote)) {
                refused++;
                reset(connection);
                return;
            }
            if (isTooMany(peer)) {
                shed++;
                reset(connection);
                return;
            }
            if (isShedByLag()) {
                shedLate++;
                reset(connection);
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
            shed++; // handed over while this loop was closing
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

    private boolean passesGate(SocketAddress peer) {
        Predicate<? super SocketAddress> gate = options.gate();
        try {
            return gate == null || gate.test(peer);
        } catch (RuntimeException failure) {
            LowLevel.report(new Failure(
                    "the gate of " + this + " failed for " + text(peer) + ", which is refused. A gate must not throw.",
                    toString(),
                    null,
                    failure));
            return false;
        }
    }

    private boolean isTooMany(@Nullable InetAddress peer) {
        return connections.size() >= options.maxConnections()
                || (peer != null && connectionsOfPeer.getOrDefault(peer, 0) >= options.maxConnectionsPerPeer());
    }

    private static void reset(SocketChannel connection) throws IOException {
        try (connection) {
            SocketOptions.resetOnClose(connection);
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
        waitingForRoom.unparkAll();
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
            case HANDSHAKE -> {
                broken++;
                handshakes++;
            }
            case CUT_OFF -> {}
        }
        NetLog.debug(() -> this + ": " + stream + " has ended early: " + LowLevel.describe(failure));
    }

    // ---- the end of the server

    /** A listener ended: it was told to, or its task was cancelled, as every task is when the loop closes. */
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
            if (shutdown != null) {
                shutdown.cancel();
            }
            ended.setResult(null);
        }
    }

    private boolean reach(ServerState next) {
        if (state.compareTo(next) >= 0) {
            return false;
        }
        boolean first = state == ServerState.SERVING;
        state = next; // before the listeners end
        if (first) {
            closeListeners();
        }
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
     * Accepts no more connections; existing ones continue. <b>Suspends:</b> no. Idempotent.
     *
     * @see #awaitClosed()
     */
    public final void stopAccepting() {
        checkLoop();
        reach(ServerState.STOPPED);
        endIfNothingIsLeft();
    }

    /**
     * Accepts no more connections and lets existing ones finish: each reads what has arrived, then the end of its
     * stream, as if the peer had ended its output. Connections still open after the limit are cancelled, as by
     * {@link #close()}.
     *
     * <p><b>Suspends:</b> until all connections have ended. <b>Cancellation:</b> ends the wait; draining continues
     * without a limit.
     *
     * @param limit how long to wait
     * @return whether all connections ended by themselves
     */
    public final boolean drain(Duration limit) {
        Objects.requireNonNull(limit);
        checkLoop();
        startDraining();
        boolean inTime = Async.moveOnAfter(limit, this::awaitClosed);
        if (!inTime) {
            close();
        }
        return inTime;
    }

    private void startDraining() {
        if (reach(ServerState.DRAINING)) {
            connections.values().forEach(BufferedStream::endInput);
            endIfNothingIsLeft();
        }
    }

    /**
     * Accepts no more connections, cancels the handlers, and waits for them to end; each closes its connection. A
     * second call only waits.
     *
     * <p><b>Suspends:</b> until the handlers have ended, even in a cancelled task, where it waits at most 10 s. Does
     * not wait in a handler of this server, which would wait for itself: the handler goes on and is cancelled like the
     * others. <b>Cancellation:</b> ends the wait after that.
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
     * Accepts no more connections, resets existing ones, and cancels their handlers. <b>Suspends:</b> no; see
     * {@link #awaitClosed()}.
     */
    public final void abort() {
        checkLoop();
        cancelHandlers(); // first, as in abortConnections
        connections.values().forEach(BufferedStream::abort);
    }

    /**
     * Cancels the handlers of the existing connections, each of which closes its connection; the server itself goes on.
     * <b>Suspends:</b> no.
     *
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server.close_clients">asyncio
     *     Server.close_clients</a>
     */
    public final void closeConnections() {
        checkLoop();
        List.copyOf(connections.keySet()).forEach(connection -> connection.cancel("its server closed its connections"));
    }

    /**
     * Resets the existing connections and cancels their handlers; the server itself goes on. <b>Suspends:</b> no.
     */
    public final void abortConnections() {
        closeConnections(); // cancel first, so that handlers end cancelled instead of failing on a broken stream
        connections.values().forEach(BufferedStream::abort);
    }

    /**
     * Waits until the server has stopped accepting and all its handlers have ended.
     *
     * <p><b>Suspends:</b> until both are true. <b>Cancellation:</b> ends the wait; the server goes on.
     */
    public final void awaitClosed() {
        ended.await();
    }

    /** {@return the loop that created the server and serves its connections} Any thread. */
    public final EventLoop loop() {
        return loop;
    }

    private void checkLoop() {
        if (!loop.isClosed()) {
            LowLevel.checkLoop(
                    this,
                    loop,
                    "A server belongs to the loop that created it; from elsewhere use loop.call(() -> ...).");
        }
    }

    // ---- queries

    /** {@return how far the server has come} */
    public final ServerState state() {
        return state;
    }

    /** {@return the counts of this server so far} */
    public final ServerStatistics statistics() {
        long pauses = 0;
        for (Listener listener : listeners) {
            pauses += listener.pauses();
        }
        return new ServerStatistics(
                accepted,
                connections.size(),
                broken,
                timedOut,
                tooLarge,
                handshakes,
                failed,
                shed,
                refused,
                pauses,
                shedLate,
                latePauses);
    }

    /** {@return the connections being served, in order of arrival} */
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
