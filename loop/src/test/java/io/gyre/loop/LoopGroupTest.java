package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LoopGroupTest {
    private static final LoopOptions NAMED = LoopOptions.defaults().withName("gyre");

    @Test
    void eachLoopHasAThreadOfItsOwn() {
        try (LoopGroup group = LoopGroup.start(3, NAMED)) {
            var loops = new ArrayList<EventLoop>();
            for (int i = 0; i < 4; i++) {
                loops.add(group.next().call(EventLoop::current));
            }

            assertThat(loops).extracting(EventLoop::name).containsExactly("gyre-1", "gyre-2", "gyre-3", "gyre-1");
            assertThat(loops.subList(0, 3)).isEqualTo(group.loops());
            assertThat(group.size()).isEqualTo(3);
        }
    }

    @Test
    @Feature("Event loop group: one loop per core")
    void loopsCallEachOther() {
        try (LoopGroup group = LoopGroup.start(2, NAMED)) {
            EventLoop second = group.loops().get(1);

            List<String> names = group.portals().getFirst().call(() -> {
                String there = second.call(() -> EventLoop.current().name());
                return List.of(EventLoop.current().name(), there);
            });

            assertThat(names).containsExactly("gyre-1", "gyre-2");
        }
    }

    @Test
    @Feature("Await across loops")
    void taskOfOneLoopIsAwaitedOnAnother() throws Exception {
        try (LoopGroup group = LoopGroup.start(2)) {
            Task<String> task = group.portals()
                    .get(0)
                    .call(() -> Async.createTask(() -> {
                        sleep(Duration.ofMillis(1));
                        return "done";
                    }));

            assertThat(group.portals().get(1).<String, RuntimeException>call(task::await))
                    .isEqualTo("done");
        }
    }

    @Test
    void primitiveOfAnotherLoopIsRefused() {
        try (LoopGroup group = LoopGroup.start(2, NAMED)) {
            var event = new Event("shared");
            group.portals().get(0).call(event::set);

            assertThatExceptionOfType(WrongLoopException.class)
                    .isThrownBy(() -> group.portals().get(1).call(event::await))
                    .withMessageContaining("belongs to EventLoop[gyre-1]");
        }
    }

    @Test
    void shutdownWaitsForTasksThatEndByThemselves() {
        LoopGroup group = LoopGroup.start(2);
        List<CompletableFuture<String>> tasks = group.portals().stream()
                .map(portal -> portal.createTask(() -> {
                    sleep(Duration.ofMillis(5));
                    return "done";
                }))
                .toList();

        boolean inTime = group.shutdown(Duration.ofSeconds(8));

        assertThat(inTime).isTrue();
        assertThat(tasks).allSatisfy(task -> assertThat(task).isCompletedWithValue("done"));
        assertThat(group.loops()).allMatch(EventLoop::isClosed);
    }

    @Test
    void shutdownCancelsWhatDoesNotEndInTime() {
        LoopGroup group = LoopGroup.start(2);
        CompletableFuture<String> endless = group.next().createTask(() -> {
            sleep(ONE_DAY);
            return "";
        });

        assertThat(group.shutdown(Duration.ofMillis(1))).isFalse();

        assertThat(endless).isCompletedExceptionally();
    }

    @Test
    void shutdownDoesNotWaitForSystemTasks() {
        LoopGroup group = LoopGroup.start(1);
        group.next().call(() -> {
            EventLoop.current().createSystemTask("clock", () -> sleep(ONE_DAY));
        });

        assertThat(group.shutdown(Duration.ofSeconds(8))).isTrue();
    }

    @Test
    void closeCancelsTheTasksOfAllLoops() throws InterruptedException {
        LoopGroup group = LoopGroup.start(2);
        var begun = new CountDownLatch(2);
        List<CompletableFuture<String>> tasks = group.portals().stream()
                .map(portal -> portal.createTask(() -> {
                    begun.countDown();
                    sleep(ONE_DAY);
                    return "";
                }))
                .toList();
        begun.await();

        group.close();
        group.close();

        assertThat(tasks).allMatch(CompletableFuture::isCancelled);
    }

    @Test
    void closeOnOneOfTheLoopsIsRejected() {
        try (LoopGroup group = LoopGroup.start(2)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> group.portals().get(1).call(group::close))
                    .withMessageContaining("would wait for itself");
            assertThat(group.loops()).noneMatch(EventLoop::isClosed);
        }
    }

    @Test
    void groupNeedsALoop() {
        assertThatIllegalArgumentException().isThrownBy(() -> LoopGroup.start(0));
    }

    @Test
    void loopsOfTwoGroupsWithoutANameHaveDifferentNames() {
        try (LoopGroup one = LoopGroup.start(2);
                LoopGroup other = LoopGroup.start(2)) {
            var names = new ArrayList<String>();
            for (LoopPortal portal : List.of(
                    one.portals().get(0),
                    one.portals().get(1),
                    other.portals().get(0),
                    other.portals().get(1))) {
                String thread = portal.call(VirtualThreads::currentCarrier).getName();
                assertThat(thread).isEqualTo(portal.loop().name()).matches("gyre-\\d+");
                names.add(thread);
            }
            assertThat(names).doesNotHaveDuplicates();
        }
    }

    @Test
    void shutdownInATaskOfTheGroupIsRefusedAtOnce() {
        try (LoopGroup group = LoopGroup.start(1)) {
            group.next().call(() -> assertThatIllegalStateException()
                    .isThrownBy(() -> group.shutdown(Duration.ofDays(1)))
                    .withMessageContaining("would wait for itself"));
        }
    }
}
