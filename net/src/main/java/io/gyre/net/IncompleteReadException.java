package io.gyre.net;

import java.io.EOFException;
import java.util.OptionalLong;

/**
 * Thrown when a stream ends before the bytes that were asked for have come.
 *
 * <p><b>Source:</b> asyncio {@code IncompleteReadError}.
 */
public final class IncompleteReadException extends EOFException {
    private static final long serialVersionUID = 1;

    private static final long UNKNOWN = -1;

    /** How many bytes came before the end. */
    private final long received;

    /** How many bytes were asked for. */
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

    /** {@return how many bytes came before the end} */
    public long received() {
        return received;
    }

    /** {@return how many bytes were asked for; empty if a separator was} */
    public OptionalLong expected() {
        return expected == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(expected);
    }
}
