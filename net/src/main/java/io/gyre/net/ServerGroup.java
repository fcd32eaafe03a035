package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.LoopChooser;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.LowLevel;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One address served by several loops. Each connection stays on the loop that serves it first.
 *
 * {@snippet :
 * try (var loops = LoopGroup.start(4);
 *         var server = ServerGroup.serve(loops, ServerOptions.defaults(), address, stream -> echo(stream))) {
 *     ...
 *     server.drain(Duration.ofSeconds(10));
 * }
 * }
 *
 * <p>The handler runs on all loops at the same time: state that handlers share must be thread-safe.
 *
 * <p><b>Confinement:</b> any thread, tasks of the loops included.
 *
 * <p><b>Source:</b> Netty {@code ServerBootstrap} with a group of workers; nginx {@code reuseport}.
 */
public final class ServerGroup implements AutoCloseable {
    /*
     * Design.
     *
     * One server per loop. With REUSE_PORT each has its own listening socket on the same port, and the system
     * distributes connections by a hash of the addresses: no loop waits for another. With HAND_OVER the first server
     * accepts for all and hands each channel to the loop that the group's chooser names, by default in turn. This is fair
     * with few connections, and the only way without SO_REUSEPORT.
     */
    private final List<Member> members;
    private final InetSocketAddress address;

    private record Member(LoopPortal portal, TcpServer server) {}

    /** How the loops share connections. */
    public enum Sharing {
        /**
         * The system distributes them among several listening sockets (SO_REUSEPORT): fast, and uneven with few
         * connections.
         */
        REUSE_PORT,

        /** One loop accepts, and hands connections to all loops, as the group's {@link LoopChooser} decides. */
        HAND_OVER;

        /** {@return REUSE_PORT if the system supports it, otherwise HAND_OVER} */
        static Sharing preferred() {
            try (ServerSocketChannel probe = ServerSocketChannel.open()) {
                return probe.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT) ? REUSE_PORT : HAND_OVER;
            } catch (IOException noMoreSockets) {
                return HAND_OVER;
            }
        }
    }

    private ServerGroup(List<Member> members) {
        this.members = List.copyOf(members);
        this.address = members.getFirst().server.address();
    }

    /**
     * Serves an address on all loops of a group, from now until {@link #close}. The system distributes the connections
     * if it can.
     *
     * <p><b>Suspends:</b> until all listen; outside a task, blocks.
     *
     * @param loops where the handlers run
     * @param options how to listen; the limits apply to each loop. Other processes of the same user can listen on the
     *     address only if {@link ServerOptions#reusePort} is on
     * @param address where to listen; port 0 for any free port
     * @param handler serves one connection
     * @return the listening servers
     * @throws java.net.BindException if the address is in use, or does not belong to this machine
     * @throws IOException if the system refuses a socket
     */
    public static ServerGroup serve(
            LoopGroup loops, ServerOptions options, InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        return serve(loops, Sharing.preferred(), options, address, handler);
    }

    /**
     * As {@link #serve(LoopGroup, ServerOptions, InetSocketAddress, StreamHandler)}, with a given way to share
     * connections.
     *
     * @param loops where the handlers run
     * @param sharing how the loops share connections
     * @param options how to listen; the limits apply to each loop. A connection handed to a loop without room is reset
     * @param address where to listen; port 0 for any free port
     * @param handler serves one connection
     * @return the listening servers
     * @throws java.net.BindException if the address is in use, or does not belong to this machine
     * @throws IOException if the system refuses a socket
     */
    public static ServerGroup serve(
            LoopGroup loops,
            Sharing sharing,
            ServerOptions options,
            InetSocketAddress address,
            StreamHandler<? super TcpStream> handler)
            throws IOException {
        var members = new ArrayList<Member>();
        try {
            if (sharing == Sharing.REUSE_PORT) {
                if (!options.reusePort()) { // then only the loops of this group share it
                    Binding.requireFree(address);
                }
                listenOnEach(loops, options.withReusePort(true), address, handler, members);
            } else {
                listenOnFirst(loops, options, address, handler, members);
            }
        } catch (Throwable failure) {
            members.forEach(member -> member.portal.call(member.server::close));
            throw failure;
        }
        return new ServerGroup(members);
    }

    private static void listenOnEach(
            LoopGroup loops,
            ServerOptions options,
            InetSocketAddress address,
            StreamHandler<? super TcpStream> handler,
            List<Member> members)
            throws IOException {
        InetSocketAddress chosen = address;
        for (LoopPortal portal : loops.portals()) {
            InetSocketAddress next = chosen;
            TcpServer server =
                    portal.<TcpServer, IOException>call(() -> TcpServer.serve(options, List.of(next), handler));
            members.add(new Member(portal, server));
            chosen = server.address();
        }
    }

    private static void listenOnFirst(
            LoopGroup loops,
            ServerOptions options,
            InetSocketAddress address,
            StreamHandler<? super TcpStream> handler,
            List<Member> members)
            throws IOException {
        List<LoopPortal> portals = loops.portals();
        TcpServer first = portals.getFirst()
                .<TcpServer, IOException>call(() -> TcpServer.serve(options, List.of(address), handler));
        members.add(new Member(portals.getFirst(), first));
        List<InetSocketAddress> from = first.addresses();
        for (LoopPortal portal : portals.subList(1, portals.size())) {
            TcpServer server =
                    portal.<TcpServer, RuntimeException>call(() -> TcpServer.forHandedOver(options, from, handler));
            members.add(new Member(portal, server));
        }
        var handOver = new HandOver(loops, List.copyOf(members));
        portals.getFirst().call(() -> first.placeBy(handOver::place));
    }

    /** Hands connections to the servers, as the chooser of the group decides. Runs on the first server's loop. */
    private static final class HandOver {
        private final LoopGroup loops;
        private final List<Member> members;

        HandOver(LoopGroup loops, List<Member> members) {
            this.loops = loops;
            this.members = members;
        }

        void place(SocketChannel connection) {
            LoopPortal chosen = chosen();
            for (Member member : members) {
                if (member.portal == chosen && isPlaced(connection, member)) {
                    return;
                }
            }
            for (Member member : members) {
                if (isPlaced(connection, member)) {
                    return; // at the latest when it is the turn of this loop, which is not closed
                }
            }
        }

        /** {@return null if the chooser is broken; the connection is served nevertheless} */
        private @Nullable LoopPortal chosen() {
            try {
                return loops.next();
            } catch (RuntimeException failure) {
                LowLevel.report(new Failure(
                        "the chooser of " + loops + " failed; the connection goes to the first loop that takes it",
                        loops.toString(),
                        null,
                        failure));
                return null;
            }
        }

        private static boolean isPlaced(SocketChannel connection, Member member) {
            try {
                member.portal.loop().callSoonThreadsafe(() -> member.server.adopt(connection));
                return true;
            } catch (LoopClosedException closed) {
                return false;
            }
        }
    }

    /** {@return the address the loops listen on, with the actual port} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return the servers, one per loop; use each on its own loop} */
    public List<TcpServer> servers() {
        return members.stream().map(Member::server).toList();
    }

    /**
     * {@return the sum of all servers' counts so far, without servers whose loop is closed}
     *
     * <p><b>Suspends:</b> until the loops have answered; outside a task, blocks. <b>Cancellation:</b> ends the wait.
     */
    public ServerStatistics statistics() {
        ServerStatistics total = ServerStatistics.NONE;
        for (ServerStatistics each : onAll(TcpServer::statistics)) {
            total = total.plus(each);
        }
        return total;
    }

    /**
     * Drains all servers at the same time, as {@link StreamServer#drain} does. On a closed loop nothing is left.
     *
     * <p><b>Suspends:</b> until all connections have ended; outside a task, blocks. <b>Cancellation:</b> ends the wait;
     * draining continues.
     *
     * @param limit how long to wait
     * @return whether all connections ended by themselves
     */
    public boolean drain(Duration limit) {
        Objects.requireNonNull(limit);
        return !onAll(server -> server.drain(limit)).contains(false);
    }

    /**
     * Closes all servers at the same time, as {@link StreamServer#close} does. Idempotent; does nothing on a closed
     * loop.
     *
     * <p><b>Suspends:</b> until the handlers have ended, even in a cancelled task, where it waits at most 10 s; outside
     * a task, blocks.
     * <b>Cancellation:</b> ends the wait after that.
     */
    @Override
    public void close() {
        if (LowLevel.inTask()) {
            Async.shield(StreamServer.CLOSE_LIMIT, this::closeAll);
        } else {
            closeAll();
        }
    }

    private void closeAll() {
        onAll(server -> {
            server.close();
            return true;
        });
    }

    /**
     * Waits until all servers have stopped accepting and all their handlers have ended, as
     * {@link StreamServer#awaitClosed} does. On a closed loop nothing is left.
     *
     * <p><b>Suspends:</b> until both are true; outside a task, blocks. <b>Cancellation:</b> ends the wait; the servers
     * go on.
     */
    public void awaitClosed() {
        onAll(server -> {
            server.awaitClosed();
            return true;
        });
    }

    /** A call to each server, on its loop. */
    @FunctionalInterface
    private interface Request<T> {
        T of(TcpServer server);
    }

    private <T> List<T> onAll(Request<T> request) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (Member member : members) {
            Callable<T> ask = () -> request.of(member.server);
            try {
                answers.add(member.portal.createTask(ask));
            } catch (LoopClosedException closed) {
                // the server has ended with its loop
            }
        }
        var all = new ArrayList<T>();
        for (CompletableFuture<T> answer : answers) {
            try {
                all.add(LowLevel.inTask() ? Async.await(answer) : answer.join());
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException failure ? failure : e;
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return "ServerGroup[" + Addresses.text(address) + " on " + members.size() + " loops]";
    }
}
