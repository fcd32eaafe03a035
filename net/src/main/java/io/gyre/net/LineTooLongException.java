package io.gyre.net;

import java.io.IOException;

/**
 * Thrown when a line is longer than its reader allows.
 *
 * <p><b>Source:</b> asyncio {@code LimitOverrunError}.
 */
public final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1;

    LineTooLongException(Object stream, int maxBytes) {
        super(stream + " sent a line of more than " + maxBytes + " bytes. Close it, or read on with a higher limit.");
    }
}
