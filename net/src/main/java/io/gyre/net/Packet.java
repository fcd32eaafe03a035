package io.gyre.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A received datagram.
 *
 * @param sender the sender's address
 * @param bytes the payload, from the buffer's position to its limit; a heap buffer of exactly this size, which belongs
 *     to the receiver
 */
public record Packet(InetSocketAddress sender, ByteBuffer bytes) {
    /** {@return a packet with a copy of a buffer's remaining bytes} */
    static Packet copyOf(InetSocketAddress sender, ByteBuffer source) {
        return new Packet(
                sender, ByteBuffer.allocate(source.remaining()).put(source).flip());
    }
}
