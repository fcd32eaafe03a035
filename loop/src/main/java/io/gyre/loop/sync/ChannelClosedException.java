package io.gyre.loop.sync;

/**
 * Thrown when an end is used that its own user has closed.
 *
 * <p><b>Source:</b> trio {@code ClosedResourceError}.
 */
public final class ChannelClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ChannelClosedException(Object channel, String end) {
        super("this " + end + " of " + channel + " is closed. Close it after its last use, or duplicate it.");
    }
}
