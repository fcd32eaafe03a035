package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import java.time.Duration;

/**
 * 3.5-2. A task completes a future that another one awaits.
 *
 * <p><b>fut.set_result("666"):</b> {@code future.setResult("666")}. A future is the low-level end of a result: somebody
 * sets it, once; in real code mostly a callback of another library. A task sets its own.
 *
 * <p><b>await loop.create_task(set_after(fut)):</b> {@code createTask(() -> setAfter(future)).await()}. That takes two seconds; the
 * future is complete by then, and {@code future.await()} returns at once.
 */
final class FutureSetByTask {
    private FutureSetByTask() {}

    static void setAfter(LoopFuture<String> future) {
        sleep(Duration.ofSeconds(2));
        future.setResult("666");
    }

    static void main(Printer out) {
        EventLoop loop = EventLoop.current();
        LoopFuture<String> future = loop.createFuture();

        createTask(() -> setAfter(future)).await();

        String data = future.await();
        out.println(data);
    }
}
