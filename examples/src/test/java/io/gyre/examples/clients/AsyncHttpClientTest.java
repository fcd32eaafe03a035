package io.gyre.examples.clients;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.net.TcpServer;
import io.gyre.net.netty.NettyLoops;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.DefaultAsyncHttpClient;
import org.asynchttpclient.DefaultAsyncHttpClientConfig;
import org.asynchttpclient.Response;
import org.junit.jupiter.api.Test;

final class AsyncHttpClientTest {
    private static AsyncHttpClient client() {
        EventLoopGroup group = NettyLoops.group(EventLoop.current());
        return new DefaultAsyncHttpClient(new DefaultAsyncHttpClientConfig.Builder()
                .setEventLoopGroup(group)
                .setNettyTimer(NettyLoops.timer(group))
                .build());
    }

    private static TcpServer serve(Duration delay) throws IOException {
        return TcpServer.serve(ANY_PORT, stream -> {
            while (!stream.readLine(1_000).orElse("").isEmpty()) {
                // the head of the request
            }
            sleep(delay);
            stream.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(UTF_8));
        });
    }

    private static String url(TcpServer server) {
        return "http://127.0.0.1:" + server.address().getPort() + "/";
    }

    @Test
    void answerIsAwaitedInATaskAndItsCallbacksRunOnTheLoop() throws Exception {
        OnLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            try (TcpServer server = serve(Duration.ZERO);
                    AsyncHttpClient client = client()) {
                Response response = client.prepareGet(url(server)).execute().get();
                boolean onTheLoop = Async.await(client.prepareGet(url(server))
                        .execute()
                        .toCompletableFuture()
                        .thenApply(_ -> loop.inLoop()));

                assertThat(response.getResponseBody()).isEqualTo("hello");
                assertThat(onTheLoop).isTrue();
            }
        });
    }

    @Test
    void requestIsCancelledAndTimedOutFromATask() throws Exception {
        OnLoop.run(() -> {
            try (TcpServer server = serve(Duration.ofMinutes(1));
                    AsyncHttpClient client = client()) {
                assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> timeout(
                                Duration.ofMillis(20),
                                () -> client.prepareGet(url(server)).execute().get()));
                Task<?> task = createTask(
                        () -> client.prepareGet(url(server)).execute().get());
                sleep(Duration.ofMillis(5));
                task.cancel("enough");
                sleep(Duration.ZERO);
                assertThat(task.isCancelled()).isTrue();
            }
        });
    }
}
