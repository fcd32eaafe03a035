package io.gyre.examples.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.net.netty.Framed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * A connection to a Redis server.
 *
 * <p>What this example shows: a protocol of Netty's in straight lines. {@code Framed} turns the pipeline of codecs into
 * messages, so a command is a write and a read. A message with a buffer in it belongs to its reader, who releases it.
 */
public final class RedisClient implements AutoCloseable {
    /** For the lists of an answer, whose server is not trusted with all of the memory. */
    private static final int MAX_ELEMENTS = 10_000;

    private static final int MAX_DEPTH = 8;

    private final Framed<RedisMessage, RedisMessage> framed;

    private RedisClient(Framed<RedisMessage, RedisMessage> framed) {
        this.framed = framed;
    }

    /**
     * Connects to a server. Suspends.
     *
     * @param host a name or an address
     * @param port the port, 6379 by default in Redis
     * @return the connection
     * @throws IOException if nobody accepts it
     */
    public static RedisClient connect(String host, int port) throws IOException {
        return new RedisClient(Framed.connect(
                host,
                port,
                RedisMessage.class,
                pipeline -> pipeline.addLast(
                        new RedisDecoder(),
                        new RedisBulkStringAggregator(),
                        new RedisArrayAggregator(MAX_ELEMENTS, MAX_DEPTH),
                        new RedisEncoder())));
    }

    /**
     * Calls a command and waits for its answer. One task at a time. Suspends. A call that does not get its answer, because it
     * is cancelled or another task calls, closes the connection: the next call would take the answer for its own.
     *
     * @param words the command and its arguments
     * @return the answer, as text: nil for nothing, the elements of a list in brackets
     * @throws RedisException if the server says that the command failed
     * @throws IOException if the connection breaks
     */
    public String call(String... words) throws IOException {
        RedisMessage answer = ask(new ArrayRedisMessage(Arrays.<RedisMessage>asList(
                Arrays.stream(words).map(RedisClient::bulkString).toArray(RedisMessage[]::new))));
        try {
            if (answer instanceof ErrorRedisMessage error) {
                throw new RedisException(error.content());
            }
            return text(answer);
        } finally {
            ReferenceCountUtil.release(answer);
        }
    }

    private RedisMessage ask(RedisMessage question) throws IOException {
        boolean answered = false;
        try {
            framed.write(question);
            RedisMessage answer =
                    framed.read().orElseThrow(() -> new EOFException("the server has closed the connection"));
            answered = true;
            return answer;
        } finally {
            if (!answered) {
                framed.close();
            }
        }
    }

    private static FullBulkStringRedisMessage bulkString(String word) {
        ByteBuf bytes = ByteBufUtil.writeUtf8(Unpooled.buffer().alloc(), word);
        return new FullBulkStringRedisMessage(bytes);
    }

    private static String text(RedisMessage message) {
        return switch (message) {
            case FullBulkStringRedisMessage bulk ->
                bulk.isNull() ? "nil" : bulk.content().toString(UTF_8);
            case SimpleStringRedisMessage simple -> simple.content();
            case IntegerRedisMessage number -> Long.toString(number.value());
            case ArrayRedisMessage list ->
                list.isNull()
                        ? "nil"
                        : list.children().stream()
                                .map(RedisClient::text)
                                .toList()
                                .toString();
            default -> message.toString();
        };
    }

    @Override
    public void close() {
        framed.close();
    }
}
