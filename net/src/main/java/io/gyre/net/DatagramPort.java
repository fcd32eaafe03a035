package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/** A datagram channel and its counts. Each call is one system call, and never waits. */
class DatagramPort {
    /**
     * The size of the largest datagram: the 16-bit length includes the UDP header and, over IPv4, the IP header too.
     */
    static final int MAX_BYTES_IPV6 = 65_535 - 8;

    static final int MAX_BYTES_IPV4 = MAX_BYTES_IPV6 - 20;

    /** The JDK's type for a permission that is denied. */
    private static final String NEEDS_BROADCAST = "; sending to a broadcast address needs SO_BROADCAST";

    private static final String REMEDY =
            "A socket belongs to the loop that created it; from elsewhere use loop.call(() -> ...).";

    private final DatagramChannel channel;
    private final EventLoop loop = EventLoop.current();
    private final BufferPool pool = BufferPool.OF_LOOP.get();
    private final InetSocketAddress local;
    private final @Nullable InetSocketAddress peer;
    private long packetsReceived;
    private long bytesReceived;
    private long packetsSent;
    private long bytesSent;

    DatagramPort(DatagramChannel channel) throws IOException {
        this.channel = channel;
        this.local = (InetSocketAddress) channel.getLocalAddress();
        this.peer = (InetSocketAddress) channel.getRemoteAddress();
    }

    /** Starts an operation that may suspend. */
    final Task<?> checkpoint() {
        return requireLoop(LowLevel.checkpoint());
    }

    final Task<?> requireLoop(Task<?> task) {
        if (task.loop() != loop) {
            LowLevel.checkLoop(this, loop, REMEDY);
        }
        return task;
    }

    /** For calls that do not suspend and may be made when no loop is current any more. */
    final void checkLoop() {
        if (!loop.isClosed()) {
            LowLevel.checkLoop(this, loop, REMEDY);
        }
    }

    /** Closes the channel; its descriptor is free afterwards. */
    final void close() throws IOException {
        checkLoop();
        LowLevel.closeNow(channel);
        if (loop.inLoop()) {
            FreedDescriptors.OF_LOOP.get().one();
        }
    }

    /** {@return the turn for one direction} */
    final Turn turn(String direction) {
        return new Turn() {
            @Override
            public String toString() {
                return "the " + direction + " side of " + DatagramPort.this;
            }
        };
    }

    final DatagramChannel channel() {
        return channel;
    }

    final InetSocketAddress local() {
        return local;
    }

    final @Nullable InetSocketAddress peer() {
        return peer;
    }

    final UdpStatistics statistics() {
        return new UdpStatistics(packetsReceived, bytesReceived, packetsSent, bytesSent);
    }

    /** {@return the next datagram, or null if none has arrived} */
    final @Nullable Packet receive() throws IOException {
        ByteBuffer direct = pool.take();
        try {
            InetSocketAddress sender = receiveInto(direct);
            return sender == null ? null : Packet.copyOf(sender, direct.flip());
        } finally {
            pool.giveBack(direct);
        }
    }

    /**
     * Receives straight into a direct buffer that has room for the largest datagram, so that none is truncated.
     *
     * @return the sender, or null if no datagram has arrived
     */
    final @Nullable InetSocketAddress receiveInto(ByteBuffer direct) throws IOException {
        int start = direct.position();
        InetSocketAddress sender;
        try {
            sender = (InetSocketAddress) channel.receive(direct);
        } catch (IOException failure) {
            throw named("receive on " + this, "", failure);
        }
        if (sender != null) {
            packetsReceived++;
            bytesReceived += direct.position() - start;
        }
        return sender;
    }

    /** {@return whether the system has taken the datagram} If so, the buffer is empty; otherwise it is unchanged. */
    boolean send(ByteBuffer packet, InetSocketAddress target) throws IOException {
        int size = packet.remaining();
        int sent = packet.isDirect() ? sendDirect(packet, target) : sendThroughPool(packet, target);
        if (sent < size) {
            return false;
        }
        packet.position(packet.limit());
        packetsSent++;
        bytesSent += size;
        return true;
    }

    private int sendThroughPool(ByteBuffer heap, InetSocketAddress target) throws IOException {
        ByteBuffer direct = pool.take();
        try {
            int size = heap.remaining();
            direct.put(0, heap, heap.position(), size).limit(size);
            return sendDirect(direct, target);
        } finally {
            pool.giveBack(direct);
        }
    }

    private int sendDirect(ByteBuffer direct, InetSocketAddress target) throws IOException {
        try {
            return channel.send(direct, target);
        } catch (UnsupportedAddressTypeException otherFamily) {
            throw named("send from " + this + " to " + Addresses.text(target), "", Binding.noIPv6(otherFamily, local));
        } catch (IOException failure) {
            String what = "send " + direct.remaining() + " bytes from " + this + " to " + Addresses.text(target);
            throw named(what, failure instanceof BindException ? NEEDS_BROADCAST : "", failure);
        }
    }

    private static IOException named(String what, String hint, IOException failure) {
        if (failure instanceof ClosedChannelException) {
            return failure;
        }
        if (failure instanceof PortUnreachableException) {
            var named = new PortUnreachableException("cannot " + what
                    + ": the peer's machine refused an earlier packet: no socket receives at that port");
            named.initCause(failure);
            return named;
        }
        return new SocketException("cannot " + what + ": " + LowLevel.describe(failure.getMessage()) + hint, failure);
    }

    @Override
    public final String toString() {
        return "UdpSocket[" + Addresses.text(local) + (peer == null ? "" : " to " + Addresses.text(peer)) + "]";
    }
}
