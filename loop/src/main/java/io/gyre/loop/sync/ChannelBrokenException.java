package io.gyre.loop.sync;

/**
 * Thrown to senders when all receivers are closed, so that no value can be received any more.
 *
 * <p><b>Source:</b> trio {@code BrokenResourceError}.
 */
public final class ChannelBrokenException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ChannelBrokenException(Object channel) {
        super("nobody receives from " + channel + " any more: its receivers are closed. Stop sending.");
    }
}
