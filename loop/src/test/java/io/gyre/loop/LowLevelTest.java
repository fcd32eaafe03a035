package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LowLevelTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    @Test
    void parkLastsUntilUnpark() {
        Task<?> task = driven.start(() -> {
            LowLevel.park("the signal", () -> true);
            log.add("unparked");
        });
        assertThat(task.waitsFor()).isEqualTo("the signal");

        boolean unparked = LowLevel.unpark(task);
        driven.settle();

        assertThat(unparked).isTrue();
        assertThat(log).containsExactly("unparked");
    }

    @Test
    void unparkOfATaskThatIsNotParkedIsRefusedAndLeavesNoPermit() {
        Task<?> task = loop.createTask(() -> {
            LowLevel.park("the signal", () -> true);
            return log.add("unparked");
        });
        boolean early = LowLevel.unpark(task);
        driven.settle();

        assertThat(early).isFalse();
        assertThat(log).isEmpty();
        boolean first = LowLevel.unpark(task);
        boolean second = LowLevel.unpark(task);
        driven.settle();

        assertThat(List.of(first, second)).containsExactly(true, false);
        assertThat(LowLevel.unpark(task)).as("done").isFalse();
    }

    @Test
    void stalePermitOfTheJdkDoesNotEndAPark() {
        Task<?> task = driven.start(() -> {
            java.util.concurrent.locks.LockSupport.unpark(Thread.currentThread());
            LowLevel.park("the signal", () -> true);
            log.add("unparked");
        });
        assertThat(log).isEmpty();

        java.util.concurrent.locks.LockSupport.unpark(((VirtualThreadTask<?>) task).thread());
        driven.settle();

        assertThat(log).isEmpty();
        LowLevel.unpark(task);
        driven.settle();
        assertThat(log).containsExactly("unparked");
    }

    @Test
    void cancelCallsTheAbortHandlerOnce() {
        Task<?> task = driven.start(() -> LowLevel.park("the signal", () -> log.add("aborted")));

        task.cancel("enough");
        task.cancel("again");
        driven.settle();

        assertThat(log).containsExactly("aborted");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void parkInACancelledTaskUndoesTheWaitInsteadOfParking() {
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            LowLevel.park("the signal", () -> log.add("aborted"));
        });

        assertThat(log).containsExactly("aborted");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void abortHandlerThatThrowsIsReportedAndTheTaskCancelled() {
        Task<?> cancelledBefore = loop.createTask(() -> {
            currentTask().cancel("by itself");
            parkWithABrokenHandler();
        });
        Task<?> cancelledThere = driven.start(LowLevelTest::parkWithABrokenHandler);

        cancelledThere.cancel("enough");
        driven.settle();

        assertThat(List.of(cancelledBefore, cancelledThere)).allMatch(Task::isCancelled);
        assertThat(driven.takeReportedFailures()).hasSize(2).allSatisfy(failure -> {
            assertThat(failure.exception()).hasMessage("broken handler");
            assertThat(failure.what()).contains("the abort handler of task-").contains("must not throw");
        });
    }

    private static void parkWithABrokenHandler() {
        LowLevel.park("the signal", () -> {
            throw new IllegalStateException("broken handler");
        });
    }

    /** The tree is told whatever one of its tasks does. */
    @Test
    void abortHandlerThatThrowsDoesNotKeepTheOthersFromBeingTold() {
        Task<?> owner = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(() -> sleep(Duration.ofDays(1)));
            group.createTask(LowLevelTest::parkWithABrokenHandler);
            group.createTask(() -> sleep(Duration.ofDays(1)));
        }));

        owner.cancel("enough");
        driven.settle();

        assertThat(owner.isCancelled()).isTrue();
        driven.assertIdle();
        assertThat(driven.takeReportedFailures()).hasSize(1);
    }

    @Test
    void checkpointReturnsTheCurrentTask() {
        Task<Boolean> task = driven.start(() -> LowLevel.checkpoint() == currentTask());

        assertThat(task.resultNow()).isTrue();
    }

    @Test
    void checkpointsLetOthersRunAfterAtMost128() {
        int[] count = {0};
        var seen = new ArrayList<Integer>();
        Task<?> busy = loop.createTask(() -> {
            for (int i = 0; i < 1_000; i++) {
                LowLevel.checkpoint();
                count[0]++;
            }
            return "";
        });
        loop.createTask(() -> {
            while (!busy.isDone()) {
                seen.add(count[0]);
                yieldNow();
            }
            return "";
        });

        driven.settle();

        assertThat(seen).as("at each turn of the other task").startsWith(128).hasSizeGreaterThanOrEqualTo(7);
        for (int i = 1; i < seen.size(); i++) {
            assertThat(seen.get(i) - seen.get(i - 1)).isLessThanOrEqualTo(129);
        }
    }

    @Test
    void suspendingRenewsTheBudget() {
        int[] turns = {0};
        driven.start(() -> {
            for (int i = 0; i < 1_000; i++) {
                LowLevel.checkpoint();
                if (i % 100 == 99) {
                    yieldNow();
                    turns[0]++;
                }
            }
        });

        assertThat(turns[0]).isEqualTo(10);
        assertThat(loop.statistics().tasks()).isZero();
    }

    @Test
    void checkpointRaisesACancellation() {
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            LowLevel.checkpoint();
            log.add("went on");
        });

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).isEmpty();
    }

    @Test
    void unparkOfATaskOfAnotherLoopOnThisThreadIsItsOwnAffair() {
        try (var other = new HandDrivenLoop()) {
            Task<?> task = other.start(() -> LowLevel.park("the signal", () -> true));

            LowLevel.unpark(task);
            other.settle();

            assertThat(task.isDone()).isTrue();
        }
    }

    // ---- the end of a step

    @Test
    void callbackAtTheEndOfAStepRunsBeforeTheNextStep() {
        loop.createTask(() -> {
            LowLevel.atEndOfStep(() -> log.add("end of the first"));
            log.add("first");
            yieldNow();
            log.add("first goes on");
        });
        loop.createTask(() -> {
            LowLevel.atEndOfStep(() -> log.add("end of the second"));
            log.add("second");
        });
        loop.callSoon(() -> log.add("callback"));

        driven.settle();

        assertThat(log)
                .containsExactly(
                        "first", "end of the first", "second", "end of the second", "callback", "first goes on");
    }

    @Test
    void stepEndsWhereTheTaskParksInWhateverCall() {
        var latch = new CountDownLatch(1);
        loop.createTask(() -> {
            LowLevel.atEndOfStep(() -> log.add("end"));
            log.add("task");
            latch.await();
        });
        loop.createTask(() -> {
            log.add("other");
            latch.countDown();
        });

        driven.settle();

        assertThat(log).containsExactly("task", "end", "other");
    }

    @Test
    void endOfAStepMayUnparkTheTaskThatParks() {
        loop.createTask(() -> {
            Task<?> task = currentTask();
            LowLevel.atEndOfStep(() -> log.add("unparked: " + LowLevel.unpark(task)));
            LowLevel.park("the end of the step", () -> true);
            log.add("goes on");
        });

        driven.settle();

        assertThat(log).containsExactly("unparked: true", "goes on");
    }

    @Test
    void endOfAStepMayCancelTheTaskThatParks() {
        Task<?> parked = loop.createTask(() -> {
            Task<?> task = currentTask();
            LowLevel.atEndOfStep(() -> task.cancel("at the end of the step"));
            LowLevel.park("nothing", () -> log.add("undone"));
        });

        driven.settle();

        assertThat(log).containsExactly("undone");
        assertThat(parked.isCancelled()).isTrue();
    }

    @Test
    void stepOfACallbackEndsWithIt() {
        loop.callSoon(() -> {
            LowLevel.atEndOfStep(() -> log.add("end"));
            log.add("first");
        });
        loop.callSoon(() -> log.add("second"));

        driven.settle();

        assertThat(log).containsExactly("first", "end", "second");
    }

    @Test
    void callbackAtTheEndOfAStepThatThrowsIsReported() {
        loop.createTask(() -> LowLevel.atEndOfStep(() -> {
            throw new IllegalStateException("boom");
        }));

        driven.settle();

        assertThat(driven.takeFailures()).hasSize(1);
    }

    @Test
    void endOfStepOutsideATaskIsRejected() {
        assertThatIllegalStateException().isThrownBy(() -> LowLevel.atEndOfStep(() -> {}));
    }

    @Test
    void waitThatAChannelCannotDoIsRefusedInWords() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open();
                SocketChannel connection = SocketChannel.open()) {
            listening.configureBlocking(false);
            connection.configureBlocking(false);

            driven.start(() -> {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> LowLevel.addReader(listening, () -> {}))
                        .withMessageContaining("listens for connections")
                        .withMessageContaining("awaitAcceptable");
                assertThat(LowLevel.removeReader(listening)).isFalse();
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> LowLevel.awaitReadable(listening))
                        .withMessageContaining("awaitAcceptable");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> LowLevel.awaitWritable(listening))
                        .withMessageContaining("awaitAcceptable");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> LowLevel.awaitAcceptable(connection))
                        .withMessageContaining("does not listen");
                log.add("refused");
            });
        }

        assertThat(log).containsExactly("refused");
    }
}
