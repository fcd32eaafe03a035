package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * 3.5-1. A future that nobody completes.
 *
 * <p><b>asyncio.get_running_loop():</b> {@code EventLoop.current()}. <b>loop.create_future():</b>
 * {@code loop.createFuture()}. <b>await fut:</b> {@code future.await()}.
 *
 * <p>The Python program waits until somebody presses ^C. Here the waiting is a task of its own, and is cancelled after two
 * seconds: whatever waits in this library can be told to stop, and whoever awaits it learns why.
 */
final class FutureForEver {
    private FutureForEver() {}

    static void waitForEver() {
        EventLoop loop = EventLoop.current();
        LoopFuture<String> future = loop.createFuture();
        future.await();
    }

    static void main(Printer out) {
        Task<@Nullable Void> waiting = createTask("waiting", FutureForEver::waitForEver);
        sleep(Duration.ofSeconds(2));
        waiting.cancel("nobody will complete the future");
        try {
            waiting.await();
        } catch (CompletionException cancelled) {
            out.println("" + cancelled.getCause());
        }
    }
}
