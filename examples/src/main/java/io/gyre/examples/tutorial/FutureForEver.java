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
 * 3.5-1. A future that is never completed.
 *
 * <p><b>asyncio.get_running_loop():</b> {@code EventLoop.current()}. <b>loop.create_future():</b>
 * {@code loop.createFuture()}. <b>await fut:</b> {@code future.await()}.
 *
 * <p>The Python program waits until the user presses ^C. Here a separate task waits, and is cancelled after two
 * seconds: every wait in this library can be cancelled, and code that awaits the task learns the reason.
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
