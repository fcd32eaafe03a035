package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskSetTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final List<String> log = new ArrayList<>();

    private static String after(int seconds) {
        sleep(Duration.ofSeconds(seconds));
        return "after " + seconds;
    }

    private static <T> T next(TaskSet<T> set) {
        return set.awaitNext().orElseThrow().resultNow();
    }

    private static String fail() throws IOException {
        throw new IOException("boom");
    }

    @LoopTest
    @Feature("Join set")
    void tasksComeInTheOrderInWhichTheyEnd(VirtualClock clock) {
        try (var set = new TaskSet<String>()) {
            set.createTask(() -> after(3));
            set.createTask("quick", () -> after(1));

            assertThat(next(set)).isEqualTo("after 1");
            assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
            set.createTask(() -> after(1));
            assertThat(next(set)).as("created later").isEqualTo("after 1");
            assertThat(next(set)).isEqualTo("after 3");
            assertThat(set.awaitNext()).isEmpty();
        }
    }

    @LoopTest
    void sizeCountsWhatWasNotReturned() {
        try (var set = new TaskSet<String>()) {
            Task<String> quick = set.createTask("quick", () -> after(0));
            Task<String> slow = set.createTask(() -> after(1));
            quick.await();

            assertThat(set.size()).isEqualTo(2);
            assertThat(set.tasks()).containsExactly(slow);
            assertThat(set).hasToString("a set of 2 tasks, 1 of them ended");
            assertThat(set.tryNext()).contains(quick);
            assertThat(set.tryNext()).isEmpty();
            assertThat(set.size()).isEqualTo(1);
        }
    }

    @LoopTest
    void failureIsTheTasksAloneAndObservedWhenItIsReturned() {
        try (var set = new TaskSet<String>()) {
            set.createTask(TaskSetTest::fail);
            set.createTask(() -> after(1));

            assertThat(set.awaitNext().orElseThrow().exceptionNow()).hasMessage("boom");
            assertThat(next(set)).isEqualTo("after 1");
        }
    }

    @LoopTest
    void bodyWithoutAResultHasNone() {
        try (var set = new TaskSet<Object>()) {
            set.createTask(() -> {
                log.add("ran");
            });
            set.createTask("named", () -> {
                log.add(currentTask().name());
            });

            assertThat(set.awaitNext().orElseThrow().resultNow()).isNull();
            set.awaitNext();
            assertThat(log).containsExactly("ran", "named");
        }
    }

    @Test
    void failureThatIsNotTakenIsReportedWhenTheSetIsClosed() {
        var failures = new ArrayList<Failure>();
        EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
            var set = new TaskSet<String>();
            Task<?> failing = set.createTask("failing", TaskSetTest::fail);
            while (!failing.isDone()) {
                yieldNow();
            }
            assertThat(failures).isEmpty();

            set.close();

            assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.what())
                    .contains("task 'failing' failed"));
        });
    }

    @Test
    void failureOfATaskWhoseCreatorHasEndedIsStillTheSets() {
        Task<String> owner = driven.start(() -> {
            try (var set = new TaskSet<String>()) {
                createTask(() -> set.createTask(() -> {
                            sleep(ONE_SECOND);
                            return fail();
                        }))
                        .await();
                sleep(ONE_HOUR);
                return set.awaitNext().orElseThrow().exceptionNow().getMessage();
            }
        });

        driven.ticker.advance(ONE_SECOND);
        driven.settle();
        driven.ticker.advance(ONE_HOUR);
        driven.settle();

        assertThat(owner.resultNow()).isEqualTo("boom");
        assertThat(driven.takeFailures()).isEmpty();
    }

    @LoopTest
    void cancelAllCancelsTheTasksAndTheSetReturnsThem() {
        try (var set = new TaskSet<String>()) {
            set.createTask(() -> after(1));
            set.createTask(() -> after(2));
            yieldNow();

            set.cancelAll("enough");

            assertThat(set.awaitNext().orElseThrow().state()).isEqualTo(State.CANCELLED);
            set.createTask(() -> after(0));
            assertThat(set.awaitNext().orElseThrow().state()).isEqualTo(State.CANCELLED);
            assertThat(next(set)).isEqualTo("after 0");
        }
    }

    @LoopTest
    void closeCancelsAndAwaitsTheTasks(EventLoop loop) {
        var set = new TaskSet<String>();
        set.createTask(() -> {
            try {
                return after(1);
            } finally {
                Async.shield(ONE_DAY, () -> sleep(ONE_HOUR));
                log.add("cleaned up");
            }
        });
        yieldNow();

        set.close();
        set.close();

        assertThat(log).containsExactly("cleaned up");
        assertThat(loop.tasks()).containsExactly(currentTask());
        assertThat(set.size()).isZero();
        assertThat(set.awaitNext()).isEmpty();
        assertThat(set.tryNext()).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(() -> set.createTask(() -> "late"))
                .withMessageContaining("closed");
    }

    @LoopTest
    void closeInACancelledTaskAwaitsTheTasksNevertheless(EventLoop loop) {
        Task<?> owner = createTask(() -> {
            try (var set = new TaskSet<String>()) {
                set.createTask(() -> {
                    try {
                        return after(1);
                    } finally {
                        Async.shield(ONE_DAY, () -> sleep(ONE_HOUR));
                        log.add("cleaned up");
                    }
                });
                set.awaitNext();
            } finally {
                log.add("left");
            }
        });
        awaitAllTasksParked();

        owner.cancelAndJoin("enough");

        assertThat(log).containsExactly("cleaned up", "left");
        assertThat(loop.tasks()).containsExactly(currentTask());
    }

    @LoopTest
    void resultsThatNobodyTakesAreClosed() {
        AutoCloseable taken = () -> log.add("closed what was taken");
        AutoCloseable left = () -> log.add("closed what was left");
        try (var set = new TaskSet<AutoCloseable>()) {
            set.createTask(() -> taken);
            assertThat(next(set)).isSameAs(taken);
            set.createTask(() -> left).join();
        }

        assertThat(log).containsExactly("closed what was left");
    }

    @LoopTest
    void cancelledWaitTakesNoTask() {
        try (var set = new TaskSet<String>()) {
            set.createTask(() -> after(2));

            assertThat(moveOnAfter(ONE_SECOND, () -> set.awaitNext())).isEmpty();

            assertThat(next(set)).isEqualTo("after 2");
        }
    }

    @LoopTest
    void taskThatWasHandedOverBeatsTheCancellation(EventLoop loop) {
        try (var set = new TaskSet<String>()) {
            LoopFuture<String> future = loop.createFuture();
            set.createTask(() -> future.await());
            Task<Optional<Task<String>>> waiter = createTask(() -> set.awaitNext());
            awaitAllTasksParked();

            future.setResult("value");
            while (!set.tasks().isEmpty()) {
                yieldNow();
            }
            waiter.cancel("too late");

            assertThat(waiter.await().orElseThrow().resultNow()).isEqualTo("value");
        }
    }

    @LoopTest
    void waitBeginsWithACheckpoint() {
        try (var set = new TaskSet<String>()) {
            set.createTask(() -> after(0)).join();

            CancelScope.run(scope -> {
                scope.cancel("enough");
                assertThatExceptionOfType(CancelledException.class).isThrownBy(set::awaitNext);
            });

            assertThat(set.size()).isEqualTo(1);
        }
    }

    @LoopTest
    void severalWaitersGetATaskEachAndTheRestNone() {
        try (var set = new TaskSet<String>()) {
            set.createTask(() -> after(1));
            set.createTask(() -> after(2));
            for (int i = 1; i <= 3; i++) {
                String name = "waiter " + i;
                createTask(() -> log.add(
                        name + ": " + set.awaitNext().map(Task::resultNow).orElse("none")));
            }
            sleep(ONE_HOUR);
        }

        assertThat(log).containsExactly("waiter 1: after 1", "waiter 2: after 2", "waiter 3: none");
    }

    @LoopTest
    void closeEndsTheWaitOfOthers() {
        var set = new TaskSet<String>();
        set.createTask(() -> after(1));
        Task<Optional<Task<String>>> waiter = createTask(() -> set.awaitNext());
        awaitAllTasksParked();

        set.close();

        assertThat(waiter.await()).isEmpty();
    }

    @LoopTest
    void waitSaysWhatItWaitsFor() {
        try (var set = new TaskSet<String>()) {
            set.createTask(() -> after(1));
            Task<?> waiter = createTask(() -> set.awaitNext());
            awaitAllTasksParked();

            assertThat(waiter.waitsFor()).isEqualTo("the next of a set of 1 tasks, 0 of them ended");
            waiter.await();
        }
    }

    @LoopTest
    void taskOfTheSetDoesNotWaitForItself() {
        try (var set = new TaskSet<String>()) {
            set.createTask("inside", () -> {
                assertThatIllegalStateException()
                        .isThrownBy(set::awaitNext)
                        .withMessageContaining("task 'inside'")
                        .withMessageContaining("would wait for itself");
                assertThatIllegalStateException().isThrownBy(set::close).withMessageContaining("would wait for it");
                return "went on";
            });

            assertThat(next(set)).isEqualTo("went on");
        }
    }

    @LoopTest
    void setOfAnotherLoopIsRefused() {
        try (var set = new TaskSet<String>();
                var other = LoopPortal.start()) {
            other.call(() -> {
                assertThatExceptionOfType(WrongLoopException.class).isThrownBy(set::awaitNext);
                assertThatExceptionOfType(WrongLoopException.class).isThrownBy(() -> set.createTask(() -> ""));
                assertThatExceptionOfType(WrongLoopException.class).isThrownBy(() -> set.cancelAll(""));
                assertThatExceptionOfType(WrongLoopException.class).isThrownBy(set::close);
            });
        }
    }

    @Test
    void setIsLeftAloneWhenItsLoopIsClosed() {
        TaskSet<String> set = EventLoop.run(() -> new TaskSet<String>());

        set.close();

        assertThat(set.size()).isZero();
    }
}
