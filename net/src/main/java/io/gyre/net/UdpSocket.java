package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
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
 * Datagrams, each of which arrives whole or not at all, in any order.
 *
 * {@snippet :
 * try (UdpSocket echo = UdpSocket.bind(new InetSocketAddress(7007))) {
 *     for (Packet packet : echo) {
 *         echo.send(packet.bytes(), packet.sender());
 *     }
 * }
 * }
 *
 * <p>A socket that is <em>bound</em> exchanges packets with anybody; one that is <em>connected</em> with its peer
 * alone, and learns from the peer's machine when nobody receives there: the next call after that throws {@link
 * PortUnreachableException}, once, whichever packet it was about.
 *
 * <p>One task may receive while another sends. Two that receive, or two that send, are a mistake that
 * {@link BusyException} names.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that the socket was made on. <b>Resources:</b> holds a file
 * descriptor until it is closed; if nobody does, that is when its loop ends, or when it has become unreachable, with a warning
 * that says where it was opened. The system drops what nobody receives in time; SO_RCVBUF says how much it holds.
 *
 * <p><b>Source:</b> asyncio {@code create_datagram_endpoint}. Differs: packets are received when they are wanted,
 * {@code send} applies back-pressure instead of collecting packets, and there are multicast groups.
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
     * Opens a socket that receives at an address from anybody.
     *
     * <p>An IPv4 address means IPv4 alone, 0.0.0.0 included, which is what {@code new InetSocketAddress(port)} stands for. The
     * address {@code ::} receives packets of both families, unless 0.0.0.0 is taken on the same port: then those of IPv6. It
     * keeps a 0.0.0.0 out that comes later: start with 0.0.0.0.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param address where to receive; port 0 for any free one, see {@link #local()}
     * @return the socket
     * @throws BindException if the address is taken, or not of this machine
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static UdpSocket bind(InetSocketAddress address) throws IOException {
        return bind(address, SocketOptions.none());
    }

    /**
     * Does what {@link #bind(InetSocketAddress)} does, with options: SO_BROADCAST, SO_REUSEPORT, those of multicast.
     *
     * @param address where to receive
     * @param options are set before the socket is bound
     * @return the socket
     * @throws BindException if the address is taken, or not of this machine
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket or an option
     */
    public static UdpSocket bind(InetSocketAddress address, SocketOptions options) throws IOException {
        requireResolved(address);
        return of(Binding.receive(address, options), channel -> {});
    }

    /**
     * Opens a socket that exchanges packets with one peer. Nothing is sent yet.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param peer a resolved address; see {@link Dns}
     * @return the socket
     * @throws ConnectException if there is no way to the peer
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static UdpSocket connect(InetSocketAddress peer) throws IOException {
        return connect(peer, SocketOptions.none());
    }

    /**
     * Does what {@link #connect(InetSocketAddress)} does, with options.
     *
     * @param peer a resolved address
     * @param options are set before the socket is connected
     * @return the socket
     * @throws ConnectException if there is no way to the peer
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket or an option
     */
    public static UdpSocket connect(InetSocketAddress peer, SocketOptions options) throws IOException {
        requireResolved(peer);
        return of(openTo(peer, options), channel -> connect(channel, peer));
    }

    /**
     * Does what {@link #connect(InetSocketAddress, SocketOptions)} does, with an address at this end.
     *
     * @param peer a resolved address
     * @param local where to receive, of the same family; port 0 for any free one
     * @param options are set before the socket is bound
     * @return the socket
     * @throws BindException if the address at this end is taken, or not of this machine
     * @throws ConnectException if there is no way to the peer
     * @throws UnknownHostException if an address is not resolved
     * @throws IOException if the system refuses a socket or an option
     */
    public static UdpSocket connect(InetSocketAddress peer, InetSocketAddress local, SocketOptions options)
            throws IOException {
        requireResolved(peer);
        requireResolved(local);
        return of(Binding.receive(local, options), channel -> connect(channel, peer));
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
            throw cannotConnect(peer, Binding.noIPv6(otherFamily));
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
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostString() + " is not resolved; use Dns.resolve");
        }
    }

    private interface Opening {
        void open(DatagramChannel channel) throws IOException;
    }

    /** Makes a socket of a channel, which is closed if that fails. */
    private static UdpSocket of(DatagramChannel channel, Opening opening) throws IOException {
        try {
            channel.configureBlocking(false);
            opening.open(channel);
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
     * <p><b>Suspends:</b> until one arrives. <b>Cancellation:</b> nothing is lost: what arrives is for the next call.
     *
     * @param buffer receives the bytes; a direct one with room for 65,527 saves a copy; belongs to the socket until
     *     this
     *     returns
     * @return who has sent the packet
     * @throws PacketTooLargeException if the packet does not fit; nothing is put into the buffer, and the next call
     *     begins
     *     with the same packet
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is receiving
     * @throws IOException if the socket was closed
     */
    public InetSocketAddress receive(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        return inbox.receive(buffer);
    }

    /**
     * Receives a packet.
     *
     * <p><b>Suspends:</b> until one arrives. <b>Cancellation:</b> nothing is lost: what arrives is for the next call.
     *
     * @return the packet
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is receiving
     * @throws IOException if the socket was closed
     */
    public Packet receive() throws IOException {
        return inbox.receive();
    }

    /**
     * {@return a packet that has arrived, or nothing} <b>Suspends:</b> no; it is no checkpoint either.
     *
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet
     * @throws BusyException if a task is receiving
     * @throws IOException if the socket was closed
     */
    public Optional<Packet> tryReceive() throws IOException {
        return Optional.ofNullable(inbox.tryReceive());
    }

    /**
     * {@return the packets as they arrive; there is no next one when the socket is closed}
     *
     * <p>{@code hasNext} suspends, and is cancelled, as {@link #receive()} is. What it throws is wrapped in
     * {@link UncheckedIOException}; a new iterator goes on behind that.
     */
    @Override
    public Iterator<Packet> iterator() {
        return inbox;
    }

    // ---- sending

    /**
     * Sends what a buffer holds to the peer of a connected socket, in one packet.
     *
     * <p><b>Suspends:</b> while the system takes nothing. <b>Cancellation:</b> the packet has not been sent, and the
     * buffer is as it was.
     *
     * @param buffer the bytes; a direct one saves a copy; belongs to the socket until this returns
     * @throws PacketTooLargeException if UDP cannot carry so much
     * @throws PortUnreachableException if the peer's machine has refused an earlier packet; this one has not been sent
     * @throws IllegalArgumentException if the buffer is empty: an empty packet can only be sent from a bound socket
     * @throws IllegalStateException if the socket is not connected
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is sending
     * @throws IOException if the system refuses the packet, or the socket was closed
     */
    public void send(ByteBuffer buffer) throws IOException {
        InetSocketAddress peer = port.peer();
        if (peer == null) {
            throw new IllegalStateException(this + " is not connected; use send(buffer, target)");
        }
        if (!buffer.hasRemaining()) { // the JDK does nothing then
            throw new IllegalArgumentException(
                    this + " cannot send an empty packet, as it is connected; use bind and send(buffer, target)");
        }
        sendWhole(buffer, peer);
    }

    /**
     * Sends what a buffer holds to somebody, in one packet. An empty one is a packet, too.
     *
     * <p><b>Suspends:</b> while the system takes nothing. <b>Cancellation:</b> the packet has not been sent, and the
     * buffer is as it was.
     *
     * @param buffer the bytes; a direct one saves a copy; belongs to the socket until this returns
     * @param target a resolved address; that of all machines of a network needs SO_BROADCAST
     * @throws PacketTooLargeException if UDP cannot carry so much
     * @throws UnknownHostException if the address is not resolved
     * @throws IllegalStateException if the socket is connected
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is sending
     * @throws IOException if the system refuses the packet, or the socket was closed
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
                LowLevel.awaitWritable(port.channel()); // of an empty packet nobody can say whether it was taken
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
     * Joins a multicast group: its packets are received from now on, if they are sent to this socket's port.
     *
     * <p>How packets are sent to a group is a matter of options: IP_MULTICAST_IF for the interface, IP_MULTICAST_TTL
     * for how far they go, IP_MULTICAST_LOOP for whether this machine gets them, too. To send, a socket need not join.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param group the address of the group
     * @param networkInterface where to receive
     * @return the membership; to join once more is the same one, which ends when either is closed
     * @throws IllegalArgumentException if the address is not one of a group
     * @throws IllegalStateException if the socket has joined the group for single senders
     * @throws IOException if the system refuses, or the socket was closed
     */
    public Membership join(InetAddress group, NetworkInterface networkInterface) throws IOException {
        return join(group, networkInterface, channel -> channel.join(group, networkInterface));
    }

    /**
     * Joins a multicast group for what one sender sends to it. For more senders, join again.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param group the address of the group
     * @param networkInterface where to receive
     * @param source the address of the sender
     * @return the membership
     * @throws IllegalArgumentException if the address is not one of a group, or the sender's not one of a machine
     * @throws IllegalStateException if the socket has joined the group for all senders
     * @throws IOException if the system refuses, or the socket was closed
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

    // ---- asking and ending

    /** {@return the address at this end} */
    public InetSocketAddress local() {
        return port.local();
    }

    /** {@return the peer's address; null if the socket is not connected} */
    public @Nullable InetSocketAddress peer() {
        return port.peer();
    }

    /** {@return what has gone through the socket so far} */
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
     * Closes the socket and leaves its groups. Packets that were sent are still on their way. <b>Suspends:</b> no. Does
     * nothing the second time. The address is free when this returns. A task that is receiving or sending gets
     * {@link java.nio.channels.AsynchronousCloseException}.
     *
     * @throws IOException if closing fails
     */
    @Override
    public void close() throws IOException {
        try {
            LowLevel.closeNow(port.channel());
        } finally {
            unclosed.closed();
        }
    }

    @Override
    public String toString() {
        return port.toString();
    }
}
