package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gyre.loop.Task;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a handshake that fails say; in TLS 1.3 a client may hear of it only when it reads.
 *
 * @param client what the client says
 * @param server what the server says
 */
record Refusal(@Nullable IOException client, @Nullable IOException server) {
    static Refusal of(TlsOptions client, TlsOptions server) {
        return of("localhost", client, server);
    }

    static Refusal of(String host, TlsOptions client, TlsOptions server) {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        Task<@Nullable IOException> right = createTask(() -> failure(() -> {
            try (TlsStream stream = TlsStream.server(pair.right(), server)) {
                stream.write(new byte[1]);
            }
        }));
        IOException left = failure(() -> {
            try (TlsStream stream = TlsStream.client(pair.left(), host, client)) {
                stream.read(ByteBuffer.allocate(1));
            }
        });
        IOException other = right.await();
        assertThat(pair.left().isOpen() || pair.right().isOpen())
                .as("whether a stream is left open")
                .isFalse();
        return new Refusal(left, other);
    }

    private interface Use {
        void run() throws IOException;
    }

    private static @Nullable IOException failure(Use use) {
        return catchThrowableOfType(IOException.class, use::run);
    }

    void requireClient(TlsException.Kind kind, String... words) {
        require(client, kind, words);
    }

    void requireServer(TlsException.Kind kind, String... words) {
        require(server, kind, words);
    }

    private static void require(@Nullable IOException failure, TlsException.Kind kind, String... words) {
        assertThat(failure).isInstanceOfSatisfying(TlsException.class, refused -> {
            for (String word : words) {
                assertThat(refused).hasMessageContaining(word);
            }
            assertThat(refused.kind()).isEqualTo(kind);
        });
    }
}
