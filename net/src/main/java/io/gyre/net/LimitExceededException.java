package io.gyre.net;

import java.io.IOException;

/**
 * Thrown when the peer sends more than the reader allows, such as a line that is too long or a separator that does not
 * arrive. Nothing has been consumed.
 *
 * <p><b>Source:</b> asyncio {@code LimitOverrunError}.
 */
public final class LimitExceededException extends IOException {
    private static final long serialVersionUID = 1;

    LimitExceededException(Object stream, String what) {
        super(stream + " sent " + what + ". Close the stream, or read on with a higher limit.");
    }
}
