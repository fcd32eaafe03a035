package io.gyre.examples.clients;

import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.net.netty.NettyLoops;
import io.netty.channel.EventLoopGroup;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** R2DBC's driver of PostgreSQL. */
@Timeout(value = 60, unit = TimeUnit.SECONDS) // the server's first start
final class PostgresqlTest {
    private static RealPostgres server;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        server = RealPostgres.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.stop();
        }
    }

    private static PostgresqlConnection connect() {
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        return await(new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder()
                        .host("127.0.0.1")
                        .port(server.port())
                        .username("postgres")
                        .database("postgres")
                        .loopResources(_ -> group)
                        .build())
                .create()
                .toFuture());
    }

    /** The first column of the first row. */
    private static Mono<String> query(PostgresqlConnection connection, String sql) {
        return connection
                .createStatement(sql)
                .execute()
                .flatMap(result -> result.map((row, _) -> String.valueOf(row.get(0))))
                .next();
    }

    private static void awaitSleeping(PostgresqlConnection observer) {
        while (!await(query(
                                observer,
                                "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and state = 'active'")
                        .toFuture())
                .equals("1")) {
            sleep(Duration.ofMillis(5));
        }
    }

    @Test
    void resultIsAwaitedInATaskAndItsCallbacksRunOnTheLoop() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            PostgresqlConnection connection = connect();
            Mono<String> answer = query(connection, "select 6 * 7").map(value -> value + " " + loop.inLoop());

            assertThat(await(answer.toFuture())).isEqualTo("42 true");
            assertThat(answer.block()).isEqualTo("42 true");
            assertThat(LowLevel.blocking("the answer", () -> answer.toFuture().get()))
                    .isEqualTo("42 true");

            await(connection.close().toFuture());
        });
    }

    @Test
    void statementIsTimedOutAndCancelledFromATask() throws Exception {
        OnLoop.run(() -> {
            PostgresqlConnection observer = connect();
            PostgresqlConnection connection = connect();
            CompletableFuture<String> late =
                    query(connection, "select pg_sleep(600)").toFuture();
            awaitSleeping(observer);
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(Duration.ofMillis(5), () -> await(late)));
            await(connection.cancelRequest().toFuture());
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> await(late))
                    .withMessageContaining("canceling statement due to user request");

            Task<String> task = createTask(() -> {
                try {
                    return await(query(connection, "select pg_sleep(600)").toFuture());
                } finally {
                    connection.cancelRequest().subscribe();
                }
            });
            awaitSleeping(observer);
            task.cancel("enough");
            assertThat(await(query(connection, "select 'goes on'").toFuture())).isEqualTo("goes on");
            assertThat(task.isCancelled()).isTrue();

            await(connection.close().toFuture());
            await(observer.close().toFuture());
        });
    }
}
