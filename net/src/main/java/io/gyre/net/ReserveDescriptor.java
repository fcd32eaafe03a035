package io.gyre.net;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A file descriptor that is kept for the time when there are no others: somebody must still be able to open the log. */
final class ReserveDescriptor implements AutoCloseable {
    private @Nullable SocketChannel held;

    /** Takes a descriptor, if there is one to take. */
    void fill() {
        try {
            if (held == null) {
                held = SocketChannel.open();
            }
        } catch (IOException stillExhausted) {
            // the next fill tries again
        }
    }

    /** Gives the descriptor to whoever needs it first. */
    @Override
    public void close() throws IOException {
        if (held != null) {
            held.close();
            held = null;
        }
    }
}
