package io.gyre.loop.internal.poll;

import java.nio.channels.SelectionKey;

/** The kinds of readiness of a channel. Accepting counts as reading, connecting as writing. */
public enum Direction {
    /** Bytes, a datagram, the end of the stream, or a connection to accept. */
    READ(SelectionKey.OP_READ | SelectionKey.OP_ACCEPT),
    /** Room in the send buffer, or the end of a connect. */
    WRITE(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);

    final int ops;

    Direction(int ops) {
        this.ops = ops;
    }
}
