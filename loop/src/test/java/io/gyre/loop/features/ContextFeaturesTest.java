package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static java.lang.ScopedValue.where;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.LoopLocal;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.testing.LoopTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContextFeaturesTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    private final List<String> log = new CopyOnWriteArrayList<>();

    private void logUser(String what) {
        log.add(what + " of " + USER.orElse("nobody"));
    }

    @LoopTest
    @Feature("Context propagation: scoped values reach tasks, callbacks and offloaded calls")
    void contextIsCopiedToTasksCallbacksAndOffloadedCalls(EventLoop loop) {
        where(USER, "ann").run(() -> {
            createTask(() -> logUser("task"));
            loop.callSoon(() -> logUser("callback"));
            loop.callLater(Duration.ofSeconds(1), () -> logUser("timer"));
            createTask(() -> {}).whenDone(done -> logUser("done callback"));
        });
        sleep(Duration.ofSeconds(2)); // the binding has ended
        assertThat(log).containsExactly("task of ann", "callback of ann", "done callback of ann", "timer of ann");

        log.clear();
        where(USER, "bob").run(() -> {
            TaskGroup.run(group -> group.createTask(() -> logUser("child")));
            offload(() -> logUser("offloaded call"));
        });
        logUser("main");
        assertThat(log).containsExactly("child of bob", "offloaded call of bob", "main of nobody");
    }

    @Test
    @Feature("Loop-local values")
    void loopLocalIsOneValueForEachLoop() {
        var made = new AtomicInteger();
        LoopLocal<Integer> local = LoopLocal.withInitial(made::incrementAndGet);

        EventLoop.run(() -> {
            Task<Integer> other = createTask(local::get);
            assertThat(local.get()).isEqualTo(1).isEqualTo(other.await());
        });
        EventLoop.run(() -> assertThat(local.get()).isEqualTo(2));
    }

    @LoopTest
    @Feature("Task-local values")
    void threadLocalIsTaskLocal() {
        var local = new ThreadLocal<@Nullable String>();
        Task<String> first = createTask(() -> setAndGet(local, "first"));
        Task<String> second = createTask(() -> setAndGet(local, "second"));

        assertThat(first.await() + ", " + second.await()).isEqualTo("first, second");
        assertThat(local.get()).isNull();
    }

    @Test
    @Feature("Context snapshots: thread-locals of a library follow the work")
    void threadLocalsOfALibraryFollowTheWorkByASnapshotter() {
        var mdc = new ThreadLocal<@Nullable String>();
        ContextSnapshotter snapshotter = () -> {
            String captured = mdc.get();
            return () -> {
                mdc.set(captured);
                return mdc::remove;
            };
        };

        EventLoop.run(LoopOptions.defaults().withContextSnapshotter(snapshotter), () -> {
            mdc.set("request 7");
            createTask(() -> log.add("task of " + mdc.get()));
            EventLoop.current().callSoon(() -> log.add("callback of " + mdc.get()));
            yieldNow();
            offload(() -> log.add("offloaded call of " + mdc.get()));
        });

        assertThat(log).containsExactly("task of request 7", "callback of request 7", "offloaded call of request 7");
    }

    private static String setAndGet(ThreadLocal<@Nullable String> local, String value) {
        local.set(value);
        yieldNow();
        return "" + local.get();
    }
}
