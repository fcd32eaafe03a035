package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LoopStatistics;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** An echo server on a loop and a thread of its own, as its clients know it. */
final class BackgroundServer implements AutoCloseable {
    private record Running(EventLoop loop, TcpServer server, Task<?> main) {}

    private final CompletableFuture<Running> running = new CompletableFuture<>();
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ended;

    BackgroundServer() {
        ended = CompletableFuture.runAsync(
                this::run, body -> Thread.ofPlatform().name("background-server").start(body));
    }

    private void run() {
        try {
            EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
                try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
                    running.complete(new Running(EventLoop.current(), server, Async.currentTask()));
                    server.awaitClosed();
                }
            });
        } catch (Throwable ended) {
            running.completeExceptionally(ended);
        }
    }

    InetSocketAddress address() {
        return running.join().server.address();
    }

    ServerStatistics statistics() {
        return call(() -> running.join().server.statistics());
    }

    LoopStatistics loopStatistics() {
        return call(() -> running.join().loop.statistics());
    }

    List<Failure> failures() {
        return failures;
    }

    private <T> T call(Callable<T> question) {
        var answer = new CompletableFuture<T>();
        running.join().loop.execute(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.join();
    }

    @Override
    public void close() {
        running.join().main.cancel("the test is over");
        ended.join();
    }
}
