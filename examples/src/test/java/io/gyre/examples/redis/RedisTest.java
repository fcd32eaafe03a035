package io.gyre.examples.redis;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.examples.NoLeaks;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.net.TcpServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
final class RedisTest {
    /** A server that says what it is told to, whatever it is asked. */
    private static TcpServer saying(String answers) throws IOException {
        return TcpServer.serve(ANY_PORT, stream -> {
            stream.write(answers.getBytes(UTF_8));
            stream.readAll(1_000);
        });
    }

    private static RedisClient connect(TcpServer server) throws IOException {
        return RedisClient.connect("127.0.0.1", server.address().getPort());
    }

    @Test
    void answersOfEachKindAreText() throws Exception {
        EventLoop.run(() -> {
            try (TcpServer server = saying("+OK\r\n:42\r\n$5\r\nhello\r\n$-1\r\n*2\r\n$1\r\na\r\n:7\r\n");
                    RedisClient client = connect(server)) {
                assertThat(client.call("SET", "key", "value")).isEqualTo("OK");
                assertThat(client.call("INCR", "key")).isEqualTo("42");
                assertThat(client.call("GET", "key")).isEqualTo("hello");
                assertThat(client.call("GET", "nothing")).isEqualTo("nil");
                assertThat(client.call("LRANGE", "list", "0", "-1")).isEqualTo("[a, 7]");
            }
        });
    }

    @Test
    void refusalIsAnExceptionAndTheConnectionGoesOn() throws Exception {
        EventLoop.run(() -> {
            try (TcpServer server = saying("-ERR unknown command\r\n+OK\r\n");
                    RedisClient client = connect(server)) {
                assertThatExceptionOfType(RedisException.class)
                        .isThrownBy(() -> client.call("NONSENSE"))
                        .withMessage("ERR unknown command");
                assertThat(client.call("PING")).isEqualTo("OK");
            }
        });
    }

    @Test
    void lateAnswerIsNotTakenForThatOfTheNextCall() throws Exception {
        EventLoop.run(() -> {
            LoopFuture<Boolean> givenUp = EventLoop.current().createFuture();
            try (TcpServer server = TcpServer.serve(ANY_PORT, stream -> {
                        stream.read(ByteBuffer.allocate(100));
                        givenUp.await();
                        stream.write("+late\r\n".getBytes(UTF_8));
                        stream.readAll(1_000);
                    });
                    RedisClient client = connect(server)) {
                Task<String> slow = createTask(() -> client.call("GET", "slow"));
                sleep(Duration.ofMillis(1));
                slow.cancelAndJoin("it takes too long");
                givenUp.setResult(true);

                assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> client.call("PING"));
            }
        });
    }

    @Test
    void commandIsSentAsRedisWantsIt() throws Exception {
        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(ANY_PORT, stream -> {
                        String expected = "*2\r\n$4\r\nECHO\r\n$7\r\nbücher\r\n";
                        String command = new String(stream.readExactly(expected.getBytes(UTF_8).length), UTF_8);
                        stream.write(("+" + command.equals(expected) + "\r\n").getBytes(UTF_8));
                    });
                    RedisClient client = connect(server)) {
                assertThat(client.call("ECHO", "bücher")).isEqualTo("true");
            }
        });
    }

    @Test
    void realServerAnswers(@TempDir Path directory) throws Exception {
        EventLoop.run(() -> {
            try (var server = RealRedis.start(directory);
                    RedisClient client = RedisClient.connect("127.0.0.1", server.port())) {
                assertThat(client.call("SET", "greeting", "hello")).isEqualTo("OK");
                assertThat(client.call("GET", "greeting")).isEqualTo("hello");
                assertThat(client.call("RPUSH", "list", "a", "b")).isEqualTo("2");
                assertThat(client.call("LRANGE", "list", "0", "-1")).isEqualTo("[a, b]");
            }
        });
    }
}
