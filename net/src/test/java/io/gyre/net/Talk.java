package io.gyre.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** What the two ends of a connection say to each other in many tests. */
public final class Talk {
    private Talk() {}

    /** {@return a text in UTF-8} */
    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** {@return bytes without a pattern, the same for each length} */
    public static byte[] random(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Sends everything back, until the peer has ended. */
    public static void echo(ByteStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }

    /** Fails unless the peer echoes. */
    public static void assertEchoes(TcpStream stream) throws IOException {
        stream.write(new byte[] {7});
        assertThat(stream.readExactly(1)).containsExactly(7);
    }
}
