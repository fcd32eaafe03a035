package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.spi.Failure;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;

/** What the tests of this package do with loops. Order comes from yielding: one yield lets each ready task run once. */
final class Loops {
    private Loops() {}

    /** Runs a test as the first task of a loop. Fails if a task failed and nobody noticed, or if one is left. */
    static void run(VoidBody<Exception> test) throws Exception {
        var failures = new CopyOnWriteArrayList<Failure>();
        EventLoop.run(LoopOptions.defaults().withName("test").withFailureHandler(failures::add), () -> {
            test.run();
            settle();
            assertThat(EventLoop.current().tasks()).as("tasks that are left").hasSize(1);
        });
        assertThat(failures).isEmpty();
    }

    /** Lets the others run until nobody is ready. */
    static void settle() {
        do {
            yieldNow();
        } while (EventLoop.current().statistics().ready() > 0);
    }

    /** Starts a task and lets it run until it waits. */
    static Task<?> start(String name, VoidBody<Exception> body) {
        Task<?> task = createTask(name, body);
        settle();
        return task;
    }

    /** Cancels tasks and lets them end. */
    static void cancel(Task<?>... tasks) {
        for (Task<?> task : tasks) {
            task.cancel("the test is over");
        }
        settle();
    }

    /** Runs a call on a platform thread that is no loop's. */
    static void inOtherThread(Runnable call) throws Exception {
        var run = new FutureTask<>(call, "passed");
        Thread.ofPlatform().daemon().start(run);
        assertThat(run.get()).isEqualTo("passed");
    }
}
