package io.gyre.examples.clients;

import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.timeout;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.sync.Semaphore;
import io.gyre.net.netty.NettyLoops;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

final class ReactorNettyTest {
    /** A server on the loop, and a client that has one connection to it. */
    private static final class Pair implements AutoCloseable {
        private final EventLoopGroup group = NettyLoops.group(EventLoop.current());
        private final Semaphore queued = new Semaphore(0);
        private final ConnectionProvider connections;
        private final DisposableServer server;

        /** The server answers each request with this. */
        Pair(Publisher<String> answer) {
            connections = ConnectionProvider.builder("one connection")
                    .maxConnections(1)
                    .pendingAcquireTimer((task, delay) -> {
                        queued.release();
                        ScheduledFuture<?> timer = group.schedule(task, delay.toMillis(), MILLISECONDS);
                        return () -> timer.cancel(false);
                    })
                    .build();
            server = HttpServer.create()
                    .runOn(group)
                    .host("127.0.0.1")
                    .port(0)
                    .handle((request, response) -> response.sendString(answer))
                    .bindNow();
        }

        Mono<String> get() {
            return HttpClient.create(connections)
                    .resolver(NettyLoops.resolver()) // before runOn, which makes one otherwise
                    .runOn(group)
                    .get()
                    .uri("http://localhost:" + server.port() + "/")
                    .responseContent()
                    .aggregate()
                    .asString();
        }

        @Override
        public void close() {
            connections.disposeLater().block();
            server.disposeNow();
        }
    }

    /** Waits for a request, and ends it if the task is cancelled meanwhile. */
    private static String ended(CompletableFuture<String> request) {
        try {
            return await(request);
        } finally {
            request.cancel(true);
        }
    }

    @Test
    void answerIsAwaitedInATaskAndServerAndClientCallBackOnTheLoop() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            try (var pair = new Pair(Mono.fromSupplier(() -> "server " + loop.inLoop()))) {
                Mono<String> both = pair.get().map(answer -> answer + ", client " + loop.inLoop());

                assertThat(await(both.toFuture())).isEqualTo("server true, client true");
                assertThat(both.block()).isEqualTo("server true, client true");
                assertThat(LowLevel.blocking("the answer", () -> both.toFuture().get()))
                        .isEqualTo("server true, client true");
            }
        });
    }

    @Test
    void requestIsTimedOutAndCancelledFromATask() throws Exception {
        OnLoop.run(() -> {
            var asked = new Semaphore(0);
            var abandoned = new Semaphore(0);
            Mono<String> silence =
                    Mono.<String>never().doOnSubscribe(_ -> asked.release()).doOnCancel(abandoned::release);
            try (var pair = new Pair(silence)) {
                CompletableFuture<String> late = pair.get().toFuture();
                asked.acquire();
                assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> timeout(Duration.ofMillis(5), () -> ended(late)));
                abandoned.acquire();

                Task<String> task = createTask(() -> ended(pair.get().toFuture()));
                asked.acquire();
                task.cancel("enough");
                abandoned.acquire();
                assertThat(task.isCancelled()).isTrue();
            }
        });
    }

    @Test
    void requestThatWaitsForAConnectionIsLimitedByATimerOfTheLoop() throws Exception {
        OnLoop.run(() -> {
            var asked = new Semaphore(0);
            CompletableFuture<String> answer = new CompletableFuture<>();
            Mono<String> whenAllowed = Mono.fromFuture(answer, true).doOnSubscribe(_ -> asked.release());
            try (var pair = new Pair(whenAllowed)) {
                Task<String> first = createTask(() -> await(pair.get().toFuture()));
                asked.acquire();
                Task<String> second = createTask(() -> await(pair.get().toFuture()));
                pair.queued.acquire();
                answer.complete("now");

                assertThat(first.await()).isEqualTo("now");
                assertThat(second.await()).isEqualTo("now");
            }
        });
    }

    @Test
    void operatorsWithATimeTakeTheGroupAsTheirScheduler() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            var scheduler = Schedulers.fromExecutorService(NettyLoops.group(loop));

            boolean onTheLoop = await(Mono.delay(Duration.ofMillis(1), scheduler)
                    .map(_ -> loop.inLoop())
                    .toFuture());

            assertThat(onTheLoop).isTrue();
        });
    }
}
