package io.gyre.loop.sync;

/**
 * Thrown to those who send when nobody can receive any more: every receiver is closed.
 *
 * <p><b>Source:</b> trio {@code BrokenResourceError}.
 */
public final class ChannelBrokenException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ChannelBrokenException(Object channel) {
        super("nobody receives from " + channel + " any more: its receivers are closed. Stop sending.");
    }
}
