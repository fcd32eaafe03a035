package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static java.lang.ScopedValue.where;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ScopedValueTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();
    private static final ScopedValue<String> REQUEST = ScopedValue.newInstance();

    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private static String seen() {
        return USER.orElse("nobody") + "/" + REQUEST.orElse("none");
    }

    private void logSeen() {
        log.add(seen());
    }

    private static int overflow(int depth) {
        return depth < 0 ? 0 : overflow(depth + 1) + 1;
    }

    private static void overflowStack() {
        try {
            overflow(0);
        } catch (StackOverflowError expected) {
            // The JVM forgets where the bindings are, and has to find them again.
        }
    }

    @Test
    void taskSeesWhatWasBoundWhereItWasCreated() {
        driven.run(() -> where(USER, "ann")
                .call(() -> createTask(() -> {
                    logSeen();
                    where(REQUEST, "1").run(() -> createTask(this::logSeen));
                })));
        driven.settle();

        assertThat(log).containsExactly("ann/none", "ann/1");
    }

    @Test
    void taskThatOutlivesTheBindingStillSeesIt() {
        Task<String> task = driven.call(() -> where(USER, "ann")
                .call(() -> createTask(() -> {
                    Async.sleep(Duration.ofSeconds(1));
                    return seen();
                })));

        driven.advance(Duration.ofSeconds(1));

        assertThat(task.resultNow()).isEqualTo("ann/none");
    }

    @Test
    void rebindingInAChildIsItsOwnAffair() {
        driven.run(() -> where(USER, "ann").run(() -> {
            Task<?> child = createTask(() -> where(USER, "bob").run(() -> {
                logSeen();
                yieldNow();
                logSeen();
            }));
            yieldNow();
            logSeen();
            child.await();
            logSeen();
        }));

        assertThat(log).containsExactly("bob/none", "ann/none", "bob/none", "ann/none");
    }

    @Test
    void callbacksSeeWhatWasBoundWhereTheyWereRegistered() {
        driven.run(() -> {
            loop.callSoon(this::logSeen);
            where(USER, "soon").run(() -> loop.callSoon(this::logSeen));
            loop.callSoon(this::logSeen);
            where(USER, "later").run(() -> loop.callLater(Duration.ofSeconds(1), this::logSeen));
            Task<?> done = createTask(() -> {});
            where(USER, "done").run(() -> done.whenDone(ended -> logSeen()));
        });
        driven.advance(Duration.ofSeconds(1));

        assertThat(log).containsExactly("nobody/none", "soon/none", "nobody/none", "done/none", "later/none");
    }

    @Test
    void callbackThatParksOrOverflowsKeepsItsBindings() {
        driven.run(() -> {
            where(USER, "parking")
                    .run(() -> loop.callSoon(() -> {
                        yieldNow();
                        logSeen();
                    }));
            where(USER, "overflowing")
                    .run(() -> loop.callSoon(() -> {
                        overflowStack();
                        logSeen();
                    }));
            loop.callSoon(this::logSeen);
        });
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("parking/none", "overflowing/none", "nobody/none");
    }

    @Test
    void callbackThatFailsLeavesNoBindingBehind() {
        driven.run(() -> {
            where(USER, "failing")
                    .run(() -> loop.callSoon(() -> {
                        throw new IllegalStateException("boom");
                    }));
            loop.callSoon(this::logSeen);
        });
        driven.settle();

        assertThat(driven.takeFailures()).hasSize(1);
        assertThat(log).containsExactly("nobody/none");
    }

    @Test
    void bindingsAreInheritedAfterAStackOverflow() {
        driven.run(() -> where(USER, "ann").run(() -> {
            overflowStack();
            createTask(() -> {
                overflowStack();
                logSeen();
            });
        }));
        driven.settle();

        assertThat(log).containsExactly("ann/none");
    }

    @Test
    void offloadedCallSeesTheBindingsOfItsTaskAndTheThreadForgetsThem() {
        Task<List<String>> task = driven.start(() -> {
            String first = where(USER, "ann").call(() -> offload(ScopedValueTest::seen));
            return List.of(first, offload(ScopedValueTest::seen));
        });

        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).containsExactly("ann/none", "nobody/none");
    }

    @Test
    void readinessCallbackSeesWhatWasBoundWhereItWasAdded() throws Exception {
        Pipe pipe = Pipe.open();
        try (var source = pipe.source();
                var sink = pipe.sink()) {
            source.configureBlocking(false);
            driven.run(() -> where(USER, "ann").call(() -> {
                LowLevel.addReader(source, () -> {
                    logSeen();
                    LowLevel.removeReader(source);
                });
                return null;
            }));
            sink.write(ByteBuffer.wrap(new byte[1]));

            driven.runUntil(() -> !log.isEmpty());

            assertThat(log).containsExactly("ann/none");
        }
    }

    @Test
    void loopThatIsRunInABindingSeesIt() throws Exception {
        assertThat(where(USER, "ann").<String, RuntimeException>call(() -> EventLoop.run(ScopedValueTest::seen)))
                .isEqualTo("ann/none");

        var inVirtualThread = new AtomicReference<String>();
        Thread.ofVirtual()
                .start(() -> where(USER, "bob").run(() -> inVirtualThread.set(EventLoop.run(ScopedValueTest::seen))))
                .join();
        assertThat(inVirtualThread.get()).isEqualTo("bob/none");
    }

    @Test
    void callbacksOfALoopThatWasMadeInABindingDoNotSeeIt() {
        try (HandDrivenLoop own = where(USER, "maker").call(HandDrivenLoop::new)) {
            own.loop.callSoon(this::logSeen);
            own.settle();
        }

        assertThat(log).containsExactly("nobody/none");
    }

    @Test
    void threadOutsideHandsItsBindingsOver() throws Exception {
        FutureTask<String> call = OtherThread.call(() -> where(USER, "ann").call(() -> {
            loop.callSoonThreadsafe(this::logSeen);
            return loop.call(ScopedValueTest::seen);
        }));

        driven.runUntil(call::isDone);

        assertThat(call.get()).isEqualTo("ann/none");
        assertThat(log).containsExactly("ann/none");
    }
}
