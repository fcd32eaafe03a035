package io.gyre.net.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.gyre.net.ByteReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** One of the read calls, set up to take {@link #MESSAGE} if nothing else is there. */
abstract class ReadingCall {
    /** A line. */
    static final byte[] MESSAGE = "0123456789\n".getBytes(US_ASCII);

    /** Where to split it. */
    static final int CUT = 4;

    private static final int LIMIT = 100;

    private final String name;

    /** The bytes that the call has put into the caller's buffer. */
    final ByteBuffer buffer = ByteBuffer.allocate(MESSAGE.length);

    private ReadingCall(String name) {
        this.name = name;
    }

    private interface Reading {
        byte[] read(ByteReader reader) throws IOException;
    }

    private static ReadingCall of(String name, Reading reading) {
        return new ReadingCall(name) {
            @Override
            byte[] on(ByteReader reader) throws IOException {
                return reading.read(reader);
            }
        };
    }

    /** {@return one of each kind} */
    static List<ReadingCall> all() {
        return List.of(
                new ReadingCall("read(buffer)") {
                    @Override
                    byte[] on(ByteReader reader) throws IOException {
                        reader.read(buffer);
                        return taken();
                    }

                    @Override
                    boolean waitsForAll() {
                        return false;
                    }
                },
                new ReadingCall("readExactly(buffer)") {
                    @Override
                    boolean fillsItsBuffer() {
                        return true;
                    }

                    @Override
                    byte[] on(ByteReader reader) throws IOException {
                        reader.readExactly(buffer);
                        return taken();
                    }
                },
                of("readExactly(length)", reader -> reader.readExactly(MESSAGE.length)),
                of("readUntil", reader -> reader.readUntil(LIMIT, new byte[] {'\n'})),
                of("readLine", reader -> (reader.readLine(LIMIT).orElseThrow() + "\n").getBytes(US_ASCII)),
                new ReadingCall("peek") {
                    @Override
                    byte[] on(ByteReader reader) throws IOException {
                        return reader.peek(MESSAGE.length);
                    }

                    @Override
                    boolean consumes() {
                        return false;
                    }
                },
                new ReadingCall("readAll") {
                    @Override
                    byte[] on(ByteReader reader) throws IOException {
                        return reader.readAll(LIMIT);
                    }

                    @Override
                    boolean needsTheEnd() {
                        return true;
                    }
                });
    }

    /** {@return the message, as the call delivers it} */
    abstract byte[] on(ByteReader reader) throws IOException;

    /** {@return whether it waits for the whole message} */
    boolean waitsForAll() {
        return true;
    }

    /** {@return whether a cancelled call leaves the received bytes in the caller's buffer} */
    boolean fillsItsBuffer() {
        return false;
    }

    /** {@return whether the bytes are gone for the next read} */
    boolean consumes() {
        return true;
    }

    /** {@return whether it waits for the end of the stream} */
    boolean needsTheEnd() {
        return false;
    }

    /** {@return the bytes in the caller's buffer, whatever happened to the call} */
    final byte[] taken() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public String toString() {
        return name;
    }
}
