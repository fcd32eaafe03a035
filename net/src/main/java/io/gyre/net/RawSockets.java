package io.gyre.net;

import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * The calls of NIO's channels for tasks: they suspend the task instead of blocking the thread. For code that has a
 * channel and needs no stream.
 *
 * {@snippet :
 * SocketChannel channel = SocketChannel.open();
 * channel.configureBlocking(false);
 * RawSockets.connect(channel, address);
 * RawSockets.sendAll(channel, request);
 * RawSockets.receive(channel, reply);
 * }
 *
 * <p><b>Resources:</b> the channel stays yours, also one returned by {@link #accept}. Unlike a stream, it is not closed
 * with the loop or when it becomes unreachable, because it may be used elsewhere afterwards: close it, preferably with
 * try. If tasks may be waiting for it, close it with {@link LowLevel#close}, which wakes them.
 *
 * <p><b>Confinement:</b> tasks. The channel must be in non-blocking mode (otherwise
 * {@link IllegalBlockingModeException}) and belong to one loop. One task at a time may wait for each direction of a
 * channel; a second gets {@link io.gyre.loop.BusyException}.
 *
 * <p><b>Cancellation:</b> each call is a checkpoint before it does anything and in each wait; after
 * {@link CancelledException} nothing was taken, and the buffer's position says what was sent. A completed operation is
 * delivered.
 *
 * <p><b>Source:</b> asyncio {@code loop.sock_recv} and related methods.
 */
public final class RawSockets {
    private RawSockets() {}

    /** With such a channel the JDK itself would wait, beyond the reach of cancellation. */
    private static void requireNonBlocking(SelectableChannel channel) {
        if (channel.isBlocking() && channel.isOpen()) {
            var refused = new IllegalBlockingModeException();
            refused.initCause(new IllegalStateException(LowLevel.describe(channel)
                    + " is in blocking mode; call configureBlocking(false) before it is used here"));
            throw refused;
        }
    }

    /**
     * Receives the bytes available, at least one.
     *
     * <p><b>Suspends:</b> until at least one byte or the end of the stream arrives.
     *
     * @param channel a connected channel
     * @param buffer receives the bytes
     * @return how many bytes were received; -1 at the end; 0 if the buffer has no room
     * @throws IOException if the connection is broken or closed
     */
    public static int receive(SocketChannel channel, ByteBuffer buffer) throws IOException {
        requireNonBlocking(channel);
        LowLevel.checkpoint();
        for (; ; ) {
            int count = channel.read(buffer);
            if (count != 0 || !buffer.hasRemaining()) {
                return count;
            }
            LowLevel.awaitReadable(channel);
        }
    }

    /**
     * Sends all of a buffer.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes.
     *
     * @param channel a connected channel
     * @param buffer the bytes
     * @throws IOException if the connection is broken or closed
     */
    public static void sendAll(SocketChannel channel, ByteBuffer buffer) throws IOException {
        requireNonBlocking(channel);
        LowLevel.checkpoint();
        for (; ; ) {
            channel.write(buffer);
            if (!buffer.hasRemaining()) {
                return;
            }
            LowLevel.awaitWritable(channel);
        }
    }

    /**
     * Accepts a connection.
     *
     * <p><b>Suspends:</b> until a connection arrives.
     *
     * @param channel a listening channel
     * @return the connection, in non-blocking mode
     * @throws IOException if the system has no descriptor left, or the channel was closed
     */
    public static SocketChannel accept(ServerSocketChannel channel) throws IOException {
        requireNonBlocking(channel);
        LowLevel.checkpoint();
        for (; ; ) {
            SocketChannel connection = channel.accept();
            if (connection != null) {
                connection.configureBlocking(false);
                return connection;
            }
            LowLevel.awaitAcceptable(channel);
        }
    }

    /**
     * Connects a channel.
     *
     * <p><b>Suspends:</b> until connected. <b>Cancellation:</b> the attempt continues; close the channel.
     *
     * @param channel an unconnected channel
     * @param address a resolved address
     * @throws IOException if the peer refuses or does not answer
     */
    public static void connect(SocketChannel channel, SocketAddress address) throws IOException {
        requireNonBlocking(channel);
        LowLevel.checkpoint();
        if (!channel.connect(address)) {
            LowLevel.awaitConnectable(channel);
            channel.finishConnect();
        }
    }

    /**
     * Receives a packet. The system truncates a packet that does not fit into the buffer; {@link UdpSocket} prevents
     * this.
     *
     * <p><b>Suspends:</b> until a packet arrives.
     *
     * @param channel a bound channel
     * @param buffer receives the bytes
     * @return the sender's address
     * @throws IOException if the channel is closed, or its connected peer is not there
     */
    public static SocketAddress receiveFrom(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        requireNonBlocking(channel);
        LowLevel.checkpoint();
        for (; ; ) {
            SocketAddress sender = channel.receive(buffer);
            if (sender != null) {
                return sender;
            }
            LowLevel.awaitReadable(channel);
        }
    }

    /**
     * Sends a packet.
     *
     * <p><b>Suspends:</b> while the system's send buffer is full.
     *
     * @param channel a channel
     * @param buffer the bytes, all in one packet
     * @param target where to send it
     * @throws IOException if the packet is too large, or the channel is closed
     */
    public static void sendTo(DatagramChannel channel, ByteBuffer buffer, SocketAddress target) throws IOException {
        requireNonBlocking(channel);
        LowLevel.checkpoint();
        Objects.requireNonNull(target);
        while (channel.send(buffer, target) == 0 && buffer.hasRemaining()) {
            LowLevel.awaitWritable(channel);
        }
    }

    /**
     * Sends bytes of a file, which other threads read in portions.
     *
     * <p><b>Suspends:</b> until all are sent.
     *
     * @param channel a connected channel
     * @param file the file to read
     * @param position the position of the first byte
     * @param count how many bytes; {@link Long#MAX_VALUE} for the rest of the file
     * @throws IllegalArgumentException if a number is negative
     * @throws EOFException if the file is shorter; its bytes up to the end have been sent
     * @throws IOException if the file cannot be read, or the connection is broken or closed
     */
    public static void sendFile(SocketChannel channel, FileChannel file, long position, long count) throws IOException {
        requireNonBlocking(channel);
        Counts.bytes("position", position);
        Counts.bytes("count", count);
        LowLevel.checkpoint();
        long sent = 0;
        while (sent < count) {
            long more = FilePortions.transfer(
                    file, position + sent, Math.min(count - sent, FilePortions.PORTION_BYTES), channel);
            if (more < 0) {
                FilePortions.requireAll(file, sent, count, channel);
                return;
            }
            sent += more;
            if (more == 0) {
                LowLevel.awaitWritable(channel);
            }
        }
    }
}
