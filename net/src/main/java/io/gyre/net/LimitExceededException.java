package io.gyre.net;

import java.io.IOException;

/**
 * Thrown when more bytes come than the reader allows: a line that is too long, a separator that does not come. Nothing has
 * been consumed.
 *
 * <p><b>Source:</b> asyncio {@code LimitOverrunError}.
 */
public final class LimitExceededException extends IOException {
    private static final long serialVersionUID = 1;

    LimitExceededException(Object stream, String what, int maxBytes) {
        super(stream + " sent " + what + " more than " + maxBytes
                + " bytes. Close the stream, or read on with a higher limit.");
    }
}
