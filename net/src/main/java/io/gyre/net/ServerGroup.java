package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One address that several loops serve. Each connection stays on the loop that it was given to.
 *
 * {@snippet :
 * try (var loops = LoopGroup.start(4);
 *         var server = ServerGroup.serve(loops, ServerOptions.defaults(), address, stream -> echo(stream))) {
 *     ...
 *     server.drain(Duration.ofSeconds(10));
 * }
 * }
 *
 * <p>The handler is called on all the loops, at the same time: what handlers share must be made for threads.
 *
 * <p><b>Confinement:</b> any thread, tasks of the loops included.
 *
 * <p><b>Source:</b> Netty {@code ServerBootstrap} with a group of workers; nginx {@code reuseport}.
 */
public final class ServerGroup implements AutoCloseable {
    /*
     * Design.
     *
     * A server on each loop. With REUSE_PORT each has a listening socket of its own on the same port, and the system shares the
     * connections out by a hash of the addresses: no loop waits for another. With HAND_OVER the first server accepts for all and
     * hands each channel to the next loop in turn, which is fair with few connections, and all there is without SO_REUSEPORT.
     */
    private final List<Member> members;
    private final InetSocketAddress address;

    private record Member(LoopPortal portal, TcpServer server) {}

    /** How the loops share the connections out. */
    public enum Sharing {
        /** The system does, among several listening sockets (SO_REUSEPORT): fast, and uneven with few connections. */
        REUSE_PORT,

        /** One loop accepts, and hands the connections to all in turn. */
        HAND_OVER;

        /** {@return the first one if the system has it, else the second} */
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
     * Serves an address on all loops of a group, from now until {@link #close}. The system shares the connections out, if it can.
     *
     * <p><b>Suspends:</b> until all listen; elsewhere blocks.
     *
     * @param loops where the handlers run
     * @param options how to listen; the limits are those of each loop. Other processes of the same user can listen on the address,
     *     too, only if {@link ServerOptions#reusePort} is on
     * @param address where to listen; port 0 for any free one
     * @param handler serves one connection
     * @return the servers, which are listening
     * @throws java.net.BindException if the address is taken, or not of this machine
     * @throws IOException if the system refuses a socket
     */
    public static ServerGroup serve(
            LoopGroup loops, ServerOptions options, InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        return serve(loops, Sharing.preferred(), options, address, handler);
    }

    /**
     * Does what {@link #serve(LoopGroup, ServerOptions, InetSocketAddress, StreamHandler)} does, and shares the connections out as
     * is said.
     *
     * @param loops where the handlers run
     * @param sharing how the connections are shared out
     * @param options how to listen; the limits are those of each loop. A connection that is handed to a loop without room is closed
     *     by a reset
     * @param address where to listen; port 0 for any free one
     * @param handler serves one connection
     * @return the servers, which are listening
     * @throws java.net.BindException if the address is taken, or not of this machine
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
                if (!options.reusePort()) { // then it is for the loops of this group alone
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
        var inTurn = new HandOver(List.copyOf(members));
        portals.getFirst().call(() -> first.placeBy(inTurn::place));
    }

    /** Gives connections to servers in turn. On the loop of the first. */
    private static final class HandOver {
        private final List<Member> members;
        private int turn;

        HandOver(List<Member> members) {
            this.members = members;
        }

        void place(SocketChannel connection) {
            Member next;
            do { // ends: this loop is not closed
                next = members.get(turn);
                turn = (turn + 1) % members.size();
            } while (!isPlaced(connection, next));
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

    /** {@return where the loops listen, with the port that was chosen} */
    public InetSocketAddress address() {
        return address;
    }

    /** {@return the servers, one for each loop, to be used there} */
    public List<TcpServer> servers() {
        return members.stream().map(Member::server).toList();
    }

    /**
     * {@return what all the servers have done so far, but for those whose loop is closed}
     *
     * <p><b>Suspends:</b> until the loops have answered; elsewhere blocks. <b>Cancellation:</b> ends the wait.
     */
    public ServerStatistics statistics() {
        ServerStatistics total = ServerStatistics.NONE;
        for (ServerStatistics each : onAll(TcpServer::statistics)) {
            total = total.plus(each);
        }
        return total;
    }

    /**
     * Drains all servers at the same time, as {@link StreamServer#drain} does. Where a loop is closed, nothing is left.
     *
     * <p><b>Suspends:</b> until all connections have ended; elsewhere blocks. <b>Cancellation:</b> ends the wait; draining goes on.
     *
     * @param limit how long to wait for them
     * @return whether all have ended by themselves
     */
    public boolean drain(Duration limit) {
        return !onAll(server -> server.drain(limit)).contains(false);
    }

    /**
     * Closes all servers at the same time, as {@link StreamServer#close} does. Does nothing the second time, or where a loop is
     * closed.
     *
     * <p><b>Suspends:</b> until the handlers have ended, in a cancelled task, too, but there no longer than 10 s; elsewhere blocks.
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
     * Waits until all servers accept no more and all their handlers have ended, as {@link StreamServer#awaitClosed} does. Where a
     * loop is closed, nothing is left.
     *
     * <p><b>Suspends:</b> until then; elsewhere blocks. <b>Cancellation:</b> ends the wait; the servers go on.
     */
    public void awaitClosed() {
        onAll(server -> {
            server.awaitClosed();
            return true;
        });
    }

    /** What is asked of each server, on its loop. */
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
                // with its loop the server has ended
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
