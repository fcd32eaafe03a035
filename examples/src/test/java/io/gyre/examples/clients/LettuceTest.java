package io.gyre.examples.clients;

import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.examples.redis.RealRedis;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.net.netty.NettyLoops;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LettuceTest {
    /** The loop's group for everything; the loop ends it. */
    private record LoopProvider(EventLoopGroup group) implements EventLoopGroupProvider {
        @Override
        @SuppressWarnings("unchecked") // Lettuce asks for the classes of its transport; ours is a NioEventLoopGroup
        public <T extends EventLoopGroup> T allocate(Class<T> type) {
            return (T) group;
        }

        @Override
        public int threadPoolSize() {
            return 1;
        }

        @Override
        public Future<Boolean> release(EventExecutorGroup released, long quietPeriod, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }

        @Override
        public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }
    }

    private static ClientResources resources() {
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        return ClientResources.builder()
                .eventLoopGroupProvider(new LoopProvider(group))
                .eventExecutorGroup(group)
                .timer(NettyLoops.timer(group))
                .addressResolverGroup(NettyLoops.resolver())
                .build();
    }

    @Test
    void commandsBlockTheTaskAloneAndCallbacksRunOnTheLoop(@TempDir Path directory) throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            try (var server = RealRedis.start(directory)) {
                ClientResources resources = resources();
                RedisClient client = RedisClient.create(resources, RedisURI.create("127.0.0.1", server.port()));
                try (StatefulRedisConnection<String, String> connection = client.connect()) {
                    assertThat(connection.sync().set("key", "value")).isEqualTo("OK");
                    assertThat(connection.sync().get("key")).isEqualTo("value");
                    assertThat(await(connection
                                    .async()
                                    .get("key")
                                    .thenApply(value -> value + " " + loop.inLoop())
                                    .toCompletableFuture()))
                            .isEqualTo("value true");
                }
                client.shutdown(0, 1, TimeUnit.SECONDS);
                resources.shutdown(0, 1, TimeUnit.SECONDS).get();
            }
        });
    }

    /** Never has a result. */
    private static CompletableFuture<?> blpop(StatefulRedisConnection<String, String> connection) {
        return connection.async().blpop(600, "nothing").toCompletableFuture();
    }

    @Test
    void commandIsTimedOutAndCancelledFromATask(@TempDir Path directory) throws Exception {
        OnLoop.run(() -> {
            try (var server = RealRedis.start(directory)) {
                ClientResources resources = resources();
                RedisClient client = RedisClient.create(resources, RedisURI.create("localhost", server.port()));
                try (StatefulRedisConnection<String, String> connection = client.connect()) {
                    assertThatExceptionOfType(TimeoutException.class)
                            .isThrownBy(() -> timeout(Duration.ofMillis(5), () -> await(blpop(connection))));
                    Task<?> task = createTask(() -> await(blpop(connection)));
                    sleep(Duration.ofMillis(5));
                    task.cancel("enough");
                    sleep(Duration.ZERO);
                    assertThat(task.isCancelled()).isTrue();
                }
                client.shutdown(0, 1, TimeUnit.SECONDS);
                resources.shutdown(0, 1, TimeUnit.SECONDS).get();
            }
        });
    }
}
