package io.gyre.loop.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.StreamCorruptedException;
import org.jspecify.annotations.Nullable;

/** What parent and child say to each other over the child's standard input and output. */
final class Wire {
    /*
     * Design.
     *
     *     parent ▶ child    frame                   the serialized call
     *     child ▶ parent    BEGUN                   the call has arrived whole
     *                       VALUE, frame            the serialized result
     *                       FAILURE, frame, frame   the exception in words, and serialized, or empty if it cannot be
     *
     * A frame is its length, four bytes, and that many bytes of Java serialization. BEGUN tells a child that has died in
     * the middle of a call from one that was dead already: only the latter's call may be given to another.
     */
    static final int BEGUN = 0xB0;
    static final int VALUE = 0xB1;
    static final int FAILURE = 0xB2;

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

    static @Nullable Object deserialize(byte[] frame, @Nullable ClassLoader loader, @Nullable ObjectInputFilter filter)
            throws IOException, ClassNotFoundException {
        try (var in = new LoaderInput(new ByteArrayInputStream(frame), loader)) {
            if (filter != null) {
                in.setObjectInputFilter(filter);
            }
            return in.readObject();
        }
    }

    /** Finds classes where the call's own class comes from, which need not be where this one does. */
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
