package io.gyre.loop.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Config;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.StreamCorruptedException;
import org.jspecify.annotations.Nullable;

/** The protocol between parent and child. */
final class Wire {
    /*
     * Design.
     *
     *     parent ▶ child    frame                   the serialized call
     *     child ▶ parent    BEGUN                   the call has arrived whole
     *                       VALUE, frame            the serialized result
     *                       FAILURE, frame, frame   the exception in words, and serialized, or empty if it cannot be
     *
     * A frame is its length, four bytes, and that many bytes of Java serialization. BEGUN distinguishes a child that
     * died in the middle of a call from one that was dead before: only in the latter case may another child run the
     * call.
     *
     * The child connects to its parent, on the loopback interface, and first sends a secret that it has read from its
     * standard input. The standard streams cannot serve as the connection, because programs that a call starts may
     * inherit them.
     */
    static final int BEGUN = 0xB0;
    static final int VALUE = 0xB1;
    static final int FAILURE = 0xB2;

    /** Too long to guess. */
    static final int SECRET_BYTES = 32;

    /** Deep enough for hand-linked lists, shallow enough for the stack. */
    private static final int MAX_DEPTH = 2_000;

    /** The declared capacity that a sparse hash table may have for each byte received. */
    private static final int MAX_ELEMENTS_PER_BYTE = 16;

    private static final int SMALL_ARRAY = 1_024;

    static final ByteArrayOutputStream EMPTY = new ByteArrayOutputStream(0);

    private Wire() {}

    static void writeFrame(DataOutputStream out, ByteArrayOutputStream frame) throws IOException {
        out.writeInt(frame.size());
        frame.writeTo(out);
    }

    static byte[] readFrame(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            throw new StreamCorruptedException("a frame of " + length + " bytes");
        }
        byte[] frame = in.readNBytes(length);
        if (frame.length < length) {
            throw new EOFException("a frame of " + length + " bytes ended after " + frame.length);
        }
        return frame;
    }

    static ByteArrayOutputStream serialize(@Nullable Object value) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes;
    }

    /**
     * Deserializes an object.
     *
     * @param filter the classes to accept; null for the JVM-wide filter alone
     */
    static @Nullable Object deserialize(byte[] frame, @Nullable ClassLoader loader, @Nullable ObjectInputFilter filter)
            throws IOException, ClassNotFoundException {
        try (var in = new LoaderInput(new ByteArrayInputStream(frame), loader)) {
            in.setObjectInputFilter(limited(frame.length, filter != null ? filter : Config.getSerialFilter()));
            return in.readObject();
        } catch (StackOverflowError tooDeep) {
            throw new InvalidObjectException("it is nested too deep for the stack");
        }
    }

    /** {@return a filter that bounds the memory to allocate by the bytes received} */
    private static ObjectInputFilter limited(int bytes, @Nullable ObjectInputFilter filter) {
        long maxElements = (long) bytes * MAX_ELEMENTS_PER_BYTE + SMALL_ARRAY;
        return info -> info.arrayLength() > maxElements || info.depth() > MAX_DEPTH
                ? ObjectInputFilter.Status.REJECTED
                : filter == null ? ObjectInputFilter.Status.UNDECIDED : filter.checkInput(info);
    }

    /** Finds classes through the class loader of the call, which may differ from the loader of this class. */
    private static final class LoaderInput extends ObjectInputStream {
        private final @Nullable ClassLoader loader;

        LoaderInput(InputStream in, @Nullable ClassLoader loader) throws IOException {
            super(in);
            this.loader = loader;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description); // primitive types, among others
            }
        }
    }
}
