package io.gyre.examples.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.net.ConnectOptions;
import io.gyre.net.IncompleteReadException;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A guest that speaks WebSocket byte by byte, and only when it is told to. */
public final class RawGuest implements AutoCloseable {
    static final int TEXT = 0x81;
    static final int PONG = 0x8a;

    private static final byte[] MASK = {1, 2, 3, 4};
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);
    private static final int LENGTH_IN_TWO_BYTES = 126;

    private final TcpStream stream;

    private RawGuest(TcpStream stream) {
        this.stream = stream;
    }

    /** {@return a guest who has entered} */
    static RawGuest enter(InetSocketAddress chat, String name, ConnectOptions options) throws IOException {
        TcpStream stream = TcpStream.connect(chat, options);
        stream.write(handshake(name));
        stream.readUntil(1000, END_OF_HEAD);
        return new RawGuest(stream);
    }

    static RawGuest enter(InetSocketAddress chat, String name) throws IOException {
        return enter(chat, name, ConnectOptions.defaults());
    }

    /** {@return the request with which a guest enters} */
    public static byte[] handshake(String name) {
        return ("GET /chat?name=" + name
                        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /**
     * {@return a frame as a client has to send it}
     *
     * @param first the byte with the kind of the frame, and whether it is the last of its message
     * @param content up to 65,535 bytes
     */
    public static byte[] frame(int first, byte[] content) {
        ByteBuffer frame = ByteBuffer.allocate(content.length + 8).put((byte) first);
        if (content.length < LENGTH_IN_TWO_BYTES) {
            frame.put((byte) (0x80 | content.length));
        } else {
            frame.put((byte) (0x80 | LENGTH_IN_TWO_BYTES)).putShort((short) content.length);
        }
        frame.put(MASK);
        for (int i = 0; i < content.length; i++) {
            frame.put((byte) (content[i] ^ MASK[i % MASK.length]));
        }
        byte[] bytes = new byte[frame.flip().remaining()];
        frame.get(bytes);
        return bytes;
    }

    void send(int first, byte... content) throws IOException {
        stream.write(frame(first, content));
    }

    void say(String text) throws IOException {
        send(TEXT, text.getBytes(UTF_8));
    }

    /** {@return the text of the next frame, or what other frame it is} */
    String hear() throws IOException {
        byte[] head;
        try {
            head = stream.readExactly(2);
        } catch (IncompleteReadException ended) {
            return "(end)";
        }
        int length = head[1] & 0x7f;
        if (length == LENGTH_IN_TWO_BYTES) {
            length = ByteBuffer.wrap(stream.readExactly(2)).getShort() & 0xffff;
        }
        ByteBuffer content = ByteBuffer.wrap(stream.readExactly(length));
        return switch (head[0] & 0x0f) {
            case 1 -> UTF_8.decode(content).toString();
            case 8 -> "close " + content.getShort() + " " + UTF_8.decode(content);
            case 9 -> "ping";
            default -> "frame " + head[0];
        };
    }

    /** Goes without a goodbye. */
    void leave() {
        stream.abort();
    }

    @Override
    public void close() {
        leave();
    }
}
