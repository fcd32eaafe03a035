package io.gyre.net;

import java.io.EOFException;
import java.util.OptionalLong;

/**
 * Thrown when a stream ends before the requested bytes have arrived.
 *
 * <p><b>Source:</b> asyncio {@code IncompleteReadError}.
 */
public final class IncompleteReadException extends EOFException {
    private static final long serialVersionUID = 1;

    private static final long UNKNOWN = -1;

    /** How many bytes arrived before the end. */
    private final long received;

    /** How many bytes were requested. */
    private final long expected;

    IncompleteReadException(Object stream, long received, long expected) {
        super(stream + " ended after " + received + " of " + expected + " bytes");
        this.received = received;
        this.expected = expected;
    }

    IncompleteReadException(Object stream, long received, String separator) {
        super(stream + " ended after " + received + " bytes, without " + separator);
        this.received = received;
        this.expected = UNKNOWN;
    }

    /** {@return how many bytes arrived before the end} */
    public long received() {
        return received;
    }

    /** {@return how many bytes were requested; empty for a read up to a separator} */
    public OptionalLong expected() {
        return expected == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(expected);
    }
}
