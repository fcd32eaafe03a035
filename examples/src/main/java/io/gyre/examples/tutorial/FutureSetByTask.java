package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import java.time.Duration;

/**
 * 3.5-2. A task completes a future that another task awaits.
 *
 * <p><b>fut.set_result("666"):</b> {@code future.setResult("666")}. A future is a low-level result that is set once; in
 * real code usually by a callback of another library. The result of a task is set by the task itself.
 *
 * <p><b>await loop.create_task(set_after(fut)):</b> {@code createTask(() -> setAfter(future)).await()}. This takes two
 * seconds; by then the future is complete, and {@code future.await()} returns at once.
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
