package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.sync.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future.State;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a logging library keeps in a thread-local follows the work. */
class ContextSnapshotterTest {
    private static final ThreadLocal<@Nullable String> REQUEST = new ThreadLocal<>();

    private static final ContextSnapshotter SNAPSHOTTER = () -> {
        String captured = REQUEST.get();
        return () -> {
            String before = REQUEST.get();
            REQUEST.set(captured);
            return () -> REQUEST.set(before);
        };
    };

    private final LoopOptions options = LoopOptions.defaults().withContextSnapshotter(SNAPSHOTTER);
    private final List<@Nullable String> seen = new ArrayList<>();
    private final List<String> captures = new CopyOnWriteArrayList<>();

    private void look() {
        seen.add(REQUEST.get());
    }

    @AfterEach
    void clear() {
        REQUEST.remove();
    }

    @Test
    void taskSeesWhatWasInForceWhereItWasCreated() {
        REQUEST.set("main's");
        EventLoop.run(options, () -> {
            look();
            REQUEST.set("first");
            createTask(this::look);
            createTask(() -> {
                look();
                return "";
            });
            REQUEST.set("second");
            createTask(() -> {
                yieldNow();
                look();
            });
            sleep(Duration.ofMillis(1));
        });

        assertThat(seen).containsExactly("main's", "first", "first", "second");
    }

    @Test
    void callbackSeesItAndLeavesNothingBehindForTheNext() {
        EventLoop.run(options, () -> {
            EventLoop loop = EventLoop.current();
            REQUEST.set("first");
            loop.callSoon(this::look);
            REQUEST.set(null);
            loop.callSoon(this::look);
            REQUEST.set("later");
            loop.callLater(Duration.ofMillis(1), this::look);
            sleep(Duration.ofMillis(2));
        });

        assertThat(seen).containsExactly("first", null, "later");
    }

    @Test
    void offloadedCallSeesItAndLeavesNothingBehindForTheNext() {
        EventLoop.run(options, () -> {
            REQUEST.set("request");
            offload(this::look);
            REQUEST.set(null);
            offload(this::look);
        });

        assertThat(seen).containsExactly("request", null);
    }

    @Test
    void callFromAnotherThreadBringsItsContextAlong() throws Exception {
        try (LoopPortal portal = LoopPortal.start(Thread.ofPlatform().daemon().factory(), options)) {
            REQUEST.set("caller");
            portal.call(this::look);
            portal.createTask(() -> {
                        look();
                        return "";
                    })
                    .get();
            portal.loop().callSoonThreadsafe(this::look);
            portal.call(() -> {});
        }

        assertThat(seen).containsExactly("caller", "caller", "caller");
    }

    @Test
    void loopInATaskSeesWhatTheTaskSeesAndLeavesItAsItWas() {
        REQUEST.set("main's");
        EventLoop.run(options, () -> {
            REQUEST.set("the task's");
            EventLoop.run(options, () -> {
                look();
                REQUEST.set("the inner loop's");
            });
            look();
        });
        look();

        assertThat(seen).containsExactly("the task's", "the task's", "main's");
    }

    @Test
    void loopInAVirtualThreadOfATaskSeesWhatTheThreadSees() throws Exception {
        EventLoop.run(options, () -> {
            Thread.ofVirtual()
                    .start(() -> {
                        REQUEST.set("the thread's");
                        EventLoop.run(options, this::look);
                        look();
                    })
                    .join();
        });

        assertThat(seen).containsExactly("the thread's", "the thread's");
    }

    @Test
    void loopInAVirtualThreadOfNoTaskSeesWhatTheThreadSees() throws Exception {
        Thread.ofVirtual()
                .start(() -> {
                    REQUEST.set("the thread's");
                    EventLoop.run(options, this::look);
                })
                .join();

        assertThat(seen).containsExactly("the thread's");
    }

    @Test
    void loopInALoopWithAnotherSnapshotterGoesByItsOwn() {
        REQUEST.set("main's");
        EventLoop.run(() -> {
            REQUEST.set("the task's");
            EventLoop.run(options, this::look);
            EventLoop.run(this::look);
        });

        assertThat(seen).containsExactly("the task's", null);
    }

    @Test
    void contextThatCannotBeInstalledFailsTheLoopInATask() {
        ContextSnapshotter broken = () -> () -> {
            throw new IllegalStateException("no context");
        };
        EventLoop.run(() -> assertThatIllegalStateException()
                .isThrownBy(() -> EventLoop.run(options.withContextSnapshotter(broken), this::look))
                .withMessage("no context"));

        assertThat(seen).isEmpty();
    }

    @Test
    void withoutASnapshotterNothingIsCarried() {
        EventLoop.run(() -> {
            REQUEST.set("request");
            createTask(this::look);
            sleep(Duration.ofMillis(1));
        });

        assertThat(seen).containsExactly((String) null);
    }

    // ---- no user code on the carrier

    private HandDrivenLoop capturing() {
        return new HandDrivenLoop(options -> options.withContextSnapshotter(() -> {
            captures.add(Thread.currentThread().isVirtual() ? "in a task" : "on a thread");
            return () -> () -> {};
        }));
    }

    @Test
    void deadlineThatStrikesCapturesNothing() {
        try (var driven = capturing()) {
            Task<?> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> new Event().await()));
            captures.clear();

            driven.advance(ONE_SECOND);

            assertThat(task.isDone()).isTrue();
            assertThat(captures).isEmpty();
        }
    }

    @Test
    void cancellationByAnotherThreadCapturesNothing() throws Exception {
        try (var driven = capturing()) {
            var token = new CancelToken();
            Task<?> first = driven.start(() -> new Event().await());
            Task<?> second = driven.start(() -> token.run(() -> new Event().await()));
            captures.clear();

            OtherThread.run(() -> {
                        first.cancel("test");
                        token.cancel("test");
                    })
                    .get();
            driven.settle();

            assertThat(first.isCancelled()).isTrue();
            assertThat(second.isDone()).isTrue();
            assertThat(captures).isEmpty();
        }
    }

    @Test
    void snapshotterThatThrowsFailsTheCallThatCreatesSomethingAndNotTheLoop() {
        var broken = new AtomicBoolean();
        try (var driven = new HandDrivenLoop(options -> options.withContextSnapshotter(() -> {
            if (broken.get()) {
                throw new IllegalStateException("no context here");
            }
            return () -> () -> {};
        }))) {
            Task<Boolean> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> new Event().await()));
            Task<?> creator = driven.start(() -> {
                sleep(ONE_SECOND);
                assertThatIllegalStateException()
                        .isThrownBy(() -> createTask(() -> {}))
                        .withMessage("no context here");
            });
            broken.set(true);

            driven.advance(ONE_SECOND);
            broken.set(false);

            assertThat(task.resultNow()).as("completed").isFalse();
            assertThat(creator.state()).isEqualTo(State.SUCCESS);
        }
    }

    // ---- offloaded calls

    @Test
    void contextThatCannotBeInstalledOrPutBackFailsTheOffloadedCall() {
        var broken = new AtomicReference<String>("");
        try (var driven = new HandDrivenLoop(options -> options.withContextSnapshotter(() -> () -> {
            failIf("install".equals(broken.get()));
            return () -> failIf("close".equals(broken.get()));
        }))) {
            for (String what : List.of("install", "close")) {
                var queue = new ArrayDeque<Runnable>();
                Offloading single = Offloading.on(queue::add).withLimit(1);
                Task<?> task = driven.start(() -> assertThatIllegalStateException()
                        .isThrownBy(() -> offload(single, () -> {}))
                        .withMessage("no context"));
                broken.set(what);
                queue.remove().run();
                broken.set("");
                driven.settle();
                assertThat(task.state()).as(what).isEqualTo(State.SUCCESS);

                Task<String> next = driven.start(() -> offload(single, () -> "has a place"));
                queue.remove().run();
                driven.settle();
                assertThat(next.resultNow()).isEqualTo("has a place");
            }
        }
    }

    private static void failIf(boolean broken) {
        if (broken) {
            throw new IllegalStateException("no context");
        }
    }
}
