package io.gyre.net;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A spare file descriptor for when the system has no others: a log must still be able to open its file. */
final class ReserveDescriptor implements AutoCloseable {
    private @Nullable SocketChannel held;

    /** Takes a descriptor if one is available. */
    void fill() {
        try {
            if (held == null) {
                held = SocketChannel.open();
            }
        } catch (IOException stillExhausted) {
            // the next fill tries again
        }
    }

    /** Releases the descriptor for whatever needs it first. */
    @Override
    public void close() throws IOException {
        if (held != null) {
            held.close();
            held = null;
        }
    }
}
