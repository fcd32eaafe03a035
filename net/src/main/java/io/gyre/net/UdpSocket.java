package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.WrongLoopException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends and receives datagrams. Each arrives whole or not at all, in any order.
 *
 * {@snippet :
 * try (UdpSocket echo = UdpSocket.bind(new InetSocketAddress(7007))) {
 *     for (Packet packet : echo) {
 *         echo.send(packet.bytes(), packet.sender());
 *     }
 * }
 * }
 *
 * <p>A <em>bound</em> socket exchanges packets with any peer. A <em>connected</em> socket exchanges packets with its
 * peer only, and learns from the peer's machine when nothing receives there: the next call then throws
 * {@link PortUnreachableException}, once, whichever packet caused it.
 *
 * <p>One task may receive while another sends. A second receiver or a second sender gets {@link BusyException}.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created the socket. <b>Resources:</b> holds a file
 * descriptor until it is closed. A socket left open is closed when its loop closes or when it becomes unreachable; a
 * warning then names the line that opened it. The system drops packets that are not received in time; SO_RCVBUF says
 * how much it buffers.
 *
 * <p><b>Source:</b> asyncio {@code create_datagram_endpoint}. Differs: the caller asks for packets, {@code send}
 * applies back-pressure instead of queueing packets, and there are multicast groups.
 */
public final class UdpSocket implements AutoCloseable, Iterable<Packet> {
    private final DatagramPort port;
    private final Inbox inbox;
    private final Turn sending;
    private final Unclosed unclosed;

    UdpSocket(DatagramPort port) {
        this.port = port;
        this.inbox = new Inbox(port);
        this.sending = port.turn("sending");
        this.unclosed = Unclosed.watch(this, port.channel());
    }

    /**
     * Opens a socket that receives packets at an address, from any peer.
     *
     * <p>An IPv4 address receives IPv4 only, including 0.0.0.0, the address of {@code new InetSocketAddress(port)}. The
     * address {@code ::} receives packets of both families, or IPv6 only if 0.0.0.0 is already bound to the same port.
     * Binding {@code ::} first blocks a later bind to 0.0.0.0: start with 0.0.0.0.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param address where to receive; port 0 for any free port, see {@link #local()}
     * @return the socket
     * @throws BindException if the address is in use, or does not belong to this machine
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static UdpSocket bind(InetSocketAddress address) throws IOException {
        return bind(address, SocketOptions.none());
    }

    /**
     * As {@link #bind(InetSocketAddress)}, with options such as SO_BROADCAST, SO_REUSEPORT and those of multicast.
     *
     * @param address where to receive
     * @param options set before the socket is bound
     * @return the socket
     * @throws BindException if the address is in use, or does not belong to this machine
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket or an option
     */
    public static UdpSocket bind(InetSocketAddress address, SocketOptions options) throws IOException {
        requireResolved(address);
        return of(() -> Binding.receive(address, options), channel -> {});
    }

    /**
     * Opens a socket that exchanges packets with one peer. Nothing is sent yet.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param peer a resolved address; see {@link Dns}
     * @return the socket
     * @throws ConnectException if there is no route to the peer
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static UdpSocket connect(InetSocketAddress peer) throws IOException {
        return connect(peer, SocketOptions.none());
    }

    /**
     * As {@link #connect(InetSocketAddress)}, with options.
     *
     * @param peer a resolved address
     * @param options set before the socket is connected
     * @return the socket
     * @throws ConnectException if there is no route to the peer
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket or an option
     */
    public static UdpSocket connect(InetSocketAddress peer, SocketOptions options) throws IOException {
        requireResolved(peer);
        return of(() -> openTo(peer, options), channel -> connect(channel, peer));
    }

    /**
     * As {@link #connect(InetSocketAddress, SocketOptions)}, with a local address.
     *
     * @param peer a resolved address
     * @param local where to receive, of the same family; port 0 for any free port
     * @param options set before the socket is bound
     * @return the socket
     * @throws BindException if the local address is in use, or does not belong to this machine
     * @throws ConnectException if there is no route to the peer
     * @throws UnknownHostException if an address is not resolved
     * @throws IOException if the system refuses a socket or an option
     */
    public static UdpSocket connect(InetSocketAddress peer, InetSocketAddress local, SocketOptions options)
            throws IOException {
        requireResolved(peer);
        requireResolved(local);
        return of(() -> Binding.receive(local, options), channel -> connect(channel, peer));
    }

    private static DatagramChannel openTo(InetSocketAddress peer, SocketOptions options) throws IOException {
        try {
            return Binding.openDatagram(peer, options);
        } catch (Binding.NoIPv6Exception noSuchFamily) {
            throw cannotConnect(peer, noSuchFamily);
        }
    }

    private static void connect(DatagramChannel channel, InetSocketAddress peer) throws IOException {
        try {
            channel.connect(peer);
        } catch (UnsupportedAddressTypeException otherFamily) {
            throw cannotConnect(peer, Binding.noIPv6(otherFamily, channel.getLocalAddress()));
        } catch (SocketException refused) {
            throw cannotConnect(peer, refused);
        }
    }

    private static ConnectException cannotConnect(InetSocketAddress peer, SocketException refused) {
        var named = new ConnectException(
                "cannot connect to " + Addresses.text(peer) + ": " + LowLevel.describe(refused.getMessage()));
        named.initCause(refused);
        return named;
    }

    private static void requireResolved(InetSocketAddress address) throws UnknownHostException {
        Addresses.requireResolved(address, "use Dns.resolve");
    }

    private interface Opening {
        DatagramChannel open() throws IOException;
    }

    private interface Preparing {
        void prepare(DatagramChannel channel) throws IOException;
    }

    /** Opens a channel and wraps it in a socket; closes it on failure. */
    private static UdpSocket of(Opening opening, Preparing preparing) throws IOException {
        EventLoop _ = EventLoop.current(); // before a socket is opened
        DatagramChannel channel = opening.open();
        try {
            channel.configureBlocking(false);
            preparing.prepare(channel);
            return new UdpSocket(new DatagramPort(channel));
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    // ---- receiving

    /**
     * Receives a packet into a buffer.
     *
     * <p><b>Suspends:</b> until a packet arrives. <b>Cancellation:</b> no packet is lost: the next call receives it.
     *
     * @param buffer receives the bytes; a direct buffer with room for 65,527 bytes saves a copy; belongs to the socket
     *     until this call returns
     * @return the sender's address
     * @throws PacketTooLargeException if the packet does not fit; the buffer is unchanged, and the next call starts
     *     with the same packet
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is receiving
     * @throws IOException if the socket is closed
     */
    public InetSocketAddress receive(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        return inbox.receive(buffer);
    }

    /**
     * Receives a packet.
     *
     * <p><b>Suspends:</b> until a packet arrives. <b>Cancellation:</b> no packet is lost: the next call receives it.
     *
     * @return the packet
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is receiving
     * @throws IOException if the socket is closed
     */
    public Packet receive() throws IOException {
        return inbox.receive();
    }

    /**
     * {@return a packet that has already arrived, or empty} <b>Suspends:</b> no; it is not a checkpoint either.
     *
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet
     * @throws BusyException if a task is receiving
     * @throws IOException if the socket is closed
     */
    public Optional<Packet> tryReceive() throws IOException {
        return Optional.ofNullable(inbox.tryReceive());
    }

    /**
     * {@return the packets as they arrive; iteration ends when the socket is closed}
     *
     * <p>{@code hasNext} suspends and is cancelled like {@link #receive()}. It wraps what it throws in
     * {@link UncheckedIOException}; a new iterator continues after the failure.
     */
    @Override
    public Iterator<Packet> iterator() {
        return inbox;
    }

    // ---- sending

    /**
     * Sends the remaining bytes of a buffer to the peer of a connected socket, in one packet.
     *
     * <p><b>Suspends:</b> while the system's send buffer is full. <b>Cancellation:</b> the packet has not been sent,
     * and the buffer is unchanged.
     *
     * @param buffer the bytes; a direct buffer saves a copy; belongs to the socket until this call returns
     * @throws PacketTooLargeException if the bytes exceed what UDP can carry
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet; this packet has not been
     *     sent
     * @throws IllegalArgumentException if the buffer is empty: an empty packet can only be sent from a bound socket
     * @throws IllegalStateException if the socket is not connected
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is sending
     * @throws IOException if the system refuses the packet, or the socket is closed
     */
    public void send(ByteBuffer buffer) throws IOException {
        InetSocketAddress peer = port.peer();
        if (peer == null) {
            throw new IllegalStateException(this + " is not connected; use send(buffer, target)");
        }
        if (!buffer.hasRemaining()) { // the JDK would do nothing
            throw new IllegalArgumentException(
                    this + " cannot send an empty packet, as it is connected; use bind and send(buffer, target)");
        }
        sendWhole(buffer, peer);
    }

    /**
     * Sends the remaining bytes of a buffer to an address, in one packet. An empty packet is allowed.
     *
     * <p><b>Suspends:</b> while the system's send buffer is full. <b>Cancellation:</b> the packet has not been sent,
     * and the buffer is unchanged.
     *
     * @param buffer the bytes; a direct buffer saves a copy; belongs to the socket until this call returns
     * @param target a resolved address; a broadcast address needs SO_BROADCAST
     * @throws PacketTooLargeException if the bytes exceed what UDP can carry
     * @throws UnknownHostException if the address is not resolved
     * @throws IllegalStateException if the socket is connected
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is sending
     * @throws IOException if the system refuses the packet, or the socket is closed
     */
    public void send(ByteBuffer buffer, InetSocketAddress target) throws IOException {
        requireResolved(target);
        if (port.peer() != null) {
            throw new IllegalStateException(
                    this + " is connected; use send(buffer), or bind a socket for other targets");
        }
        sendWhole(buffer, target);
    }

    private void sendWhole(ByteBuffer buffer, InetSocketAddress target) throws IOException {
        sending.beginTurn(port.checkpoint());
        try {
            requireCarriable(buffer.remaining(), target);
            if (!buffer.hasRemaining()) {
                LowLevel.awaitWritable(port.channel()); // nothing shows whether an empty packet was taken
            }
            while (!port.send(buffer, target)) {
                LowLevel.awaitWritable(port.channel());
            }
        } finally {
            sending.endTurn();
        }
    }

    private void requireCarriable(int size, InetSocketAddress target) throws PacketTooLargeException {
        int limit =
                target.getAddress() instanceof Inet4Address ? DatagramPort.MAX_BYTES_IPV4 : DatagramPort.MAX_BYTES_IPV6;
        if (size > limit) {
            throw new PacketTooLargeException(
                    "the packet from " + this + " to " + Addresses.text(target),
                    size,
                    limit,
                    "Divide it, or use a stream.");
        }
    }

    // ---- multicast

    /**
     * Joins a multicast group: from now on the socket receives the group's packets that are sent to its port.
     *
     * <p>Options control sending to a group: IP_MULTICAST_IF sets the interface, IP_MULTICAST_TTL how far packets go,
     * IP_MULTICAST_LOOP whether this machine receives them too. A socket can send without joining.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param group the address of the group
     * @param networkInterface where to receive
     * @return the membership; joining again returns the same membership, which ends when either is closed
     * @throws IllegalArgumentException if the address is not a multicast address
     * @throws IllegalStateException if the socket has joined the group for single senders
     * @throws IOException if the system refuses, or the socket is closed
     */
    public Membership join(InetAddress group, NetworkInterface networkInterface) throws IOException {
        return join(group, networkInterface, channel -> channel.join(group, networkInterface));
    }

    /**
     * Joins a multicast group for the packets of one sender. For more senders, join again.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param group the address of the group
     * @param networkInterface where to receive
     * @param source the address of the sender
     * @return the membership
     * @throws IllegalArgumentException if the group is not a multicast address, or the sender is not a unicast address
     * @throws IllegalStateException if the socket has joined the group for all senders
     * @throws IOException if the system refuses, or the socket is closed
     */
    public Membership join(InetAddress group, NetworkInterface networkInterface, InetAddress source)
            throws IOException {
        return join(group, networkInterface, channel -> channel.join(group, networkInterface, source));
    }

    private interface Joining {
        MembershipKey join(DatagramChannel channel) throws IOException;
    }

    private Membership join(InetAddress group, NetworkInterface networkInterface, Joining joining) throws IOException {
        port.requireLoop(Async.currentTask());
        try {
            return new Membership(joining.join(port.channel()));
        } catch (ClosedChannelException closed) {
            throw closed;
        } catch (IOException refused) {
            throw new SocketException(
                    this + " cannot join " + group.getHostAddress() + " on " + networkInterface.getName() + ": "
                            + LowLevel.describe(refused.getMessage()),
                    refused);
        }
    }

    // ---- queries and closing

    /** {@return the local address} */
    public InetSocketAddress local() {
        return port.local();
    }

    /** {@return the peer's address; null if the socket is not connected} */
    public @Nullable InetSocketAddress peer() {
        return port.peer();
    }

    /** {@return the packets counted so far} */
    public UdpStatistics statistics() {
        return port.statistics();
    }

    /**
     * Sets an option of the socket.
     *
     * @param <V> the option's type
     * @param option one of {@link java.net.StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @param value the value
     * @throws IOException if the socket is closed or the system refuses
     */
    public <V> void setOption(SocketOption<V> option, V value) throws IOException {
        port.checkLoop();
        port.channel().setOption(option, value);
    }

    /**
     * {@return an option of the socket}
     *
     * @param <V> the option's type
     * @param option one of {@link java.net.StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @throws IOException if the socket is closed or the system refuses
     */
    public <V> V option(SocketOption<V> option) throws IOException {
        return port.channel().getOption(option);
    }

    /** {@return whether {@link #close} has not been called yet} */
    public boolean isOpen() {
        return port.channel().isOpen();
    }

    /**
     * Closes the socket and leaves its groups. Packets already sent are still in flight. <b>Suspends:</b> no.
     * Idempotent. The address is free when this call returns. A task that is receiving or sending gets
     * {@link java.nio.channels.AsynchronousCloseException}.
     *
     * @throws WrongLoopException if called on another loop or thread while the socket's loop is open
     * @throws IOException if closing fails
     */
    @Override
    public void close() throws IOException {
        try {
            port.close();
        } finally {
            unclosed.closed();
        }
    }

    @Override
    public String toString() {
        return port.toString();
    }
}
