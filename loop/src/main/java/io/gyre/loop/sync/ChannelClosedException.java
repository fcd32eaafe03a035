package io.gyre.loop.sync;

/**
 * Thrown by an end of a channel after its own user has closed it.
 *
 * <p><b>Source:</b> trio {@code ClosedResourceError}.
 */
public final class ChannelClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ChannelClosedException(Object channel, String end) {
        super("this " + end + " of " + channel + " is closed. Close it after its last use, or duplicate it.");
    }
}
