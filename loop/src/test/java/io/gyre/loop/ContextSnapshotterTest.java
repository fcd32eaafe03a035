package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.ContextSnapshotter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        try (LoopPortal portal =
                LoopPortal.start(options, Thread.ofPlatform().daemon().factory())) {
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
    void withoutASnapshotterNothingIsCarried() {
        EventLoop.run(() -> {
            REQUEST.set("request");
            createTask(this::look);
            sleep(Duration.ofMillis(1));
        });

        assertThat(seen).containsExactly((String) null);
    }
}
