package io.gyre.net;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/** Checks numbers and buffers that users pass, in one place for all calls. */
final class Counts {
    private Counts() {}

    /** Checks a number of bytes, which must be 0 or more. */
    static void bytes(String name, long count) {
        if (count < 0) {
            throw new IllegalArgumentException(name + " is " + count + "; it must be 0 or more");
        }
    }

    /** Checks that a buffer is writable, before taking bytes that could not be delivered. */
    static void writable(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
    }
}
