package io.gyre.net;

import java.io.IOException;

/**
 * Thrown when a datagram does not fit into the receiver's buffer, or exceeds what UDP can carry.
 *
 * <p>asyncio's {@code sock_recvfrom} and the JDK's {@link java.nio.channels.DatagramChannel} silently truncate a
 * datagram that does not fit.
 */
public final class PacketTooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    /** The size of the datagram in bytes. */
    private final int size;

    /** How many bytes would have fit. */
    private final int limit;

    PacketTooLargeException(String what, int size, int limit, String remedy) {
        super(what + " has " + size + " bytes, and " + limit + " fit. " + remedy);
        this.size = size;
        this.limit = limit;
    }

    /** {@return the size of the datagram in bytes} */
    public int size() {
        return size;
    }

    /** {@return how many bytes would have fit} */
    public int limit() {
        return limit;
    }
}
