package io.gyre.loop.internal.poll;

import java.nio.channels.SelectionKey;

/** What a channel can be waited for. Accepting is a way of reading, connecting one of writing. */
public enum Direction {
    /** Bytes, a datagram, the end of the stream, or a connection to accept. */
    READ(SelectionKey.OP_READ | SelectionKey.OP_ACCEPT),
    /** Room in the send buffer, or a connect that has ended. */
    WRITE(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);

    final int ops;

    Direction(int ops) {
        this.ops = ops;
    }
}
