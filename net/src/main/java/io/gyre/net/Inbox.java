package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The receiving side of a UDP socket. */
final class Inbox implements Iterator<Packet> {
    /*
     * Design.
     *
     * Straight from the channel to the task, as in a stream, with one difference. In a stream, fewer bytes than asked
     * for mean that the socket is probably empty. Here each call takes one packet, however much room there is, and its
     * size says nothing about others; so the channel is always tried first, and waited for only when it has nothing.
     *
     * The system truncates a packet that does not fit into the buffer. So a packet that may not fit goes through a
     * pooled buffer, which has room for every datagram; if it turns out too large, it is kept for the next call. A
     * packet that an iterator has fetched and not returned is kept in the same place, so that it is not lost with the
     * iterator.
     */
    private final DatagramPort port;
    private final BufferPool pool = BufferPool.OF_LOOP.get();
    private final Turn turn;
    private @Nullable Packet kept;

    Inbox(DatagramPort port) {
        this.port = port;
        this.turn = port.turn("receiving");
    }

    /** Receives into a buffer; suspends until a packet arrives. {@return its sender} */
    InetSocketAddress receive(ByteBuffer buffer) throws IOException {
        turn.beginTurn(port.checkpoint());
        try {
            for (; ; ) {
                InetSocketAddress sender = kept != null ? deliver(kept, buffer) : receiveNow(buffer);
                if (sender != null) {
                    return sender;
                }
                LowLevel.awaitReadable(port.channel());
            }
        } finally {
            turn.endTurn();
        }
    }

    /** {@return the next packet} Suspends until it arrives. */
    Packet receive() throws IOException {
        turn.beginTurn(port.checkpoint());
        try {
            for (; ; ) {
                Packet packet = receiveNow();
                if (packet != null) {
                    return packet;
                }
                LowLevel.awaitReadable(port.channel());
            }
        } finally {
            turn.endTurn();
        }
    }

    /** {@return the next packet, or null if none has arrived} */
    @Nullable
    Packet tryReceive() throws IOException {
        turn.beginTurn(port.requireLoop(Async.currentTask()));
        try {
            return receiveNow();
        } finally {
            turn.endTurn();
        }
    }

    private @Nullable Packet receiveNow() throws IOException {
        Packet packet = kept;
        if (packet == null) {
            return port.receive();
        }
        kept = null;
        return packet;
    }

    private @Nullable InetSocketAddress receiveNow(ByteBuffer buffer) throws IOException {
        if (buffer.isDirect() && buffer.remaining() >= DatagramPort.MAX_BYTES_IPV6) {
            return port.receiveInto(buffer);
        }
        ByteBuffer direct = pool.take();
        try {
            InetSocketAddress sender = port.receiveInto(direct);
            if (sender == null) {
                return null;
            }
            if (direct.flip().remaining() > buffer.remaining()) {
                return deliver(Packet.copyOf(sender, direct), buffer);
            }
            buffer.put(direct);
            return sender;
        } finally {
            pool.giveBack(direct);
        }
    }

    /** Delivers a packet, or keeps it and throws. */
    private InetSocketAddress deliver(Packet packet, ByteBuffer buffer) throws PacketTooLargeException {
        int size = packet.bytes().remaining();
        if (size > buffer.remaining()) {
            kept = packet;
            throw new PacketTooLargeException(
                    "a packet from " + Addresses.text(packet.sender()) + " to " + port,
                    size,
                    buffer.remaining(),
                    "The packet is kept: receive it with a larger buffer, or with receive().");
        }
        kept = null;
        buffer.put(packet.bytes());
        return packet.sender();
    }

    @Override
    public boolean hasNext() {
        try {
            if (kept == null) {
                kept = receive();
            }
            return true;
        } catch (ClosedChannelException closed) {
            return false;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public Packet next() {
        Packet packet = hasNext() ? kept : null;
        if (packet == null) {
            throw new NoSuchElementException(port + " is closed");
        }
        kept = null;
        return packet;
    }
}
