package io.gyre.loop.sync;

/**
 * Thrown to receivers when all senders are closed and all values have been received.
 *
 * <p><b>Source:</b> trio {@code EndOfChannel}.
 */
public final class ChannelEndedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ChannelEndedException(Object channel) {
        super("nothing more comes from " + channel + ": its senders are closed. A for loop over the receiver ends here"
                + " by itself.");
    }
}
