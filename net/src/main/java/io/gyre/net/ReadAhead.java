package io.gyre.net;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;

/** Bytes received but not yet delivered, such as the start of a line, or bytes returned by a cancelled read. */
abstract class ReadAhead extends Turn {
    /*
     * Design.
     *
     * The twin of WriteBehind. It belongs to the task that has the turn to read. It is a separate class for
     * readability, and the base of WireReader so that a connection needs no further object.
     */
    private static final byte[] EMPTY = {};

    private byte[] bytes = EMPTY;
    private int start;
    private int end;

    final int size() {
        return end - start;
    }

    final boolean isEmpty() {
        return start == end;
    }

    final byte at(int index) {
        return bytes[start + index];
    }

    /** Takes over a buffer's remaining bytes. */
    final void append(ByteBuffer source) {
        int length = source.remaining();
        makeRoom(length);
        source.get(bytes, end, length);
        end += length;
    }

    /** Puts bytes back in front, to be delivered first. */
    final void prepend(byte[] source, int length) {
        byte[] joined = new byte[length + size()];
        System.arraycopy(source, 0, joined, 0, length);
        System.arraycopy(bytes, start, joined, length, size());
        bytes = joined;
        start = 0;
        end = joined.length;
    }

    /** Moves as many bytes as fit into a buffer. */
    final int deliver(ByteBuffer target) {
        int length = Math.min(size(), target.remaining());
        target.put(bytes, start, length);
        skip(length);
        return length;
    }

    /** Drops bytes from the front. Dropping the last byte frees the memory: a waiting stream holds none. */
    final void skip(int length) {
        start += length;
        if (start == end) {
            bytes = EMPTY;
            start = 0;
            end = 0;
        }
    }

    /** {@return the first bytes, decoded} They stay. */
    final String text(int length, Charset charset) {
        return new String(bytes, start, length, charset);
    }

    /** {@return the first bytes} They stay. */
    final byte[] copy(int length) {
        return Arrays.copyOfRange(bytes, start, start + length);
    }

    /** {@return the first bytes} They count as delivered. */
    final byte[] take(int length) {
        byte[] taken = copy(length);
        skip(length);
        return taken;
    }

    /** {@return the first position of a byte, or -1} */
    final int indexOf(byte wanted, int from) {
        for (int i = start + from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i - start;
            }
        }
        return -1;
    }

    private void makeRoom(int length) {
        if (bytes.length - end >= length) {
            return;
        }
        int size = size();
        byte[] target = bytes.length - size >= length && size <= bytes.length / 2
                ? bytes
                : new byte[Math.max(size + length, 2 * size)];
        System.arraycopy(bytes, start, target, 0, size);
        bytes = target;
        start = 0;
        end = size;
    }
}
