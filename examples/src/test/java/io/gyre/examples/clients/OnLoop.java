package io.gyre.examples.clients;

import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopStatistics;
import io.gyre.loop.VoidBody;
import io.gyre.net.netty.NettyLoops;
import java.time.Duration;

/** Runs a test on a loop, and asserts that it has left nothing there. */
final class OnLoop {
    /** What has been told to close has so much time for it: the peer has a word in it. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private OnLoop() {}

    static <X extends Exception> void run(VoidBody<X> test) throws X {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            NettyLoops.group(loop); // it has a task that ends it with the loop
            LoopStatistics before = loop.statistics();

            test.run();

            moveOnAfter(PATIENCE, () -> {
                while (hasMore(loop.statistics(), before)) {
                    sleep(Duration.ofMillis(1));
                }
            });
            assertThat(loop.statistics())
                    .as("before the test: %s; all tasks: %s", before, loop.tasks())
                    .matches(after -> !hasMore(after, before), "has no more channels and tasks than before");
        });
    }

    private static boolean hasMore(LoopStatistics after, LoopStatistics before) {
        return after.channels() > before.channels() || after.tasks() > before.tasks();
    }
}
