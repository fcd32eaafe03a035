package io.gyre.examples.clients;

import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.timeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.sync.Semaphore;
import io.gyre.net.netty.NettyLoops;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.internal.VertxBootstrap;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

final class VertxTest {
    private static Vertx vertx() {
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        return VertxBootstrap.create()
                .transport(new NioTransport() {
                    @Override
                    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
                        return group;
                    }
                })
                .init()
                .vertx();
    }

    /** A server on the loop, and a client of it. */
    private static final class Pair implements AutoCloseable {
        private final Vertx vertx = vertx();
        private final HttpServer server;
        private final HttpClient client = vertx.createHttpClient();

        Pair(Handler<HttpServerRequest> handler) {
            server = result(vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"));
        }

        HttpClientRequest request() {
            return result(client.request(HttpMethod.GET, server.actualPort(), "localhost", "/"));
        }

        @Override
        public void close() {
            result(vertx.close());
        }
    }

    private static <T> T result(Future<T> future) {
        return await(future.toCompletionStage());
    }

    private static Future<String> send(HttpClientRequest request) {
        return request.send().compose(HttpClientResponse::body).map(Buffer::toString);
    }

    /** Waits for the answer to a request, and ends the request if the task is cancelled meanwhile. */
    private static String ended(HttpClientRequest request, Future<String> answer) {
        try {
            return result(answer);
        } finally {
            request.reset();
        }
    }

    @Test
    void answerIsAwaitedInATaskAndServerAndClientCallBackOnTheLoop() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            try (var pair = new Pair(request -> request.response().end("server " + loop.inLoop()))) {
                Future<String> both = send(pair.request()).map(answer -> answer + ", client " + loop.inLoop());
                assertThat(result(both)).isEqualTo("server true, client true");

                var future = send(pair.request()).toCompletionStage().toCompletableFuture();
                assertThat(LowLevel.blocking("the answer", () -> future.get())).isEqualTo("server true");
            }
        });
    }

    @Test
    void requestIsTimedOutAndCancelledFromATask() throws Exception {
        OnLoop.run(() -> {
            var asked = new Semaphore(0);
            var abandoned = new Semaphore(0);
            try (var pair = new Pair(request -> {
                request.connection().closeHandler(_ -> abandoned.release());
                asked.release();
            })) {
                HttpClientRequest late = pair.request();
                Future<String> answer = send(late);
                asked.acquire();
                assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> timeout(Duration.ofMillis(5), () -> ended(late, answer)));
                abandoned.acquire();

                HttpClientRequest request = pair.request();
                Task<String> task = createTask(() -> ended(request, send(request)));
                asked.acquire();
                task.cancel("enough");
                abandoned.acquire();
                assertThat(task.isCancelled()).isTrue();
            }
        });
    }

    @Test
    void timersAreTheLoops() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            try (var pair = new Pair(_ -> {})) {
                boolean onTheLoop = result(pair.vertx.timer(1).map(_ -> loop.inLoop()));
                assertThat(onTheLoop).isTrue();
            }
        });
    }
}
