package io.gyre.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A datagram that was received.
 *
 * @param sender who has sent it
 * @param bytes what it carries, from the buffer's position to its limit; a heap buffer of that size, which belongs to
 *     whoever received the packet
 */
public record Packet(InetSocketAddress sender, ByteBuffer bytes) {
    /** {@return a packet with a copy of what a buffer holds} */
    static Packet copyOf(InetSocketAddress sender, ByteBuffer source) {
        return new Packet(
                sender, ByteBuffer.allocate(source.remaining()).put(source).flip());
    }
}
