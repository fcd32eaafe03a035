package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;

/** The examples of the tutorial that use pools: their calls take no time here, and child JVMs take some to start. */
@Timeout(60)
class PoolTutorialTest {
    private final List<String> printed = new CopyOnWriteArrayList<>();

    @LoopTest
    void futuresOfAThreadPoolArePrintedBesideWhatTheirCallsPrint() {
        PoolFutures.inThreads(printed::add, Duration.ZERO, 2);

        assertThat(printed).hasSize(20).filteredOn("1"::equals).hasSize(10);
        assertThat(printed).filteredOn(line -> !line.equals("1")).allSatisfy(line -> assertThat(line)
                .contains("FutureTask"));
    }

    /** The tutorial's order, where a call takes longer than ten submits: here each waits for the tenth. */
    @LoopTest
    void allFuturesArePrintedBeforeTheFirstCallEnds() {
        var tenFutures = new CountDownLatch(10);

        PoolFutures.inThreads(
                line -> {
                    if (line.equals("1")) {
                        awaitUninterruptibly(tenFutures);
                    }
                    printed.add(line);
                    tenFutures.countDown();
                },
                Duration.ZERO,
                2);

        assertThat(printed).hasSize(20);
        assertThat(printed.subList(0, 10)).doesNotContain("1");
        assertThat(printed.subList(10, 20)).isEqualTo(Collections.nCopies(10, "1"));
    }

    @LoopTest(timeoutMillis = 60_000)
    void futuresOfAProcessPoolArePrintedBesideWhatTheChildrenPrint() {
        PoolFutures.inProcesses(printed::add, Duration.ZERO, 2);

        assertThat(printed).hasSize(20).filteredOn("1"::equals).hasSize(10);
        assertThat(printed).filteredOn(line -> !line.equals("1")).allSatisfy(line -> assertThat(line)
                .contains("a call of " + PoolFutures.class.getName()));
    }

    @LoopTest(timeoutMillis = 60_000)
    void blockingCallRunsInEachKindOfPool(VirtualClock clock) throws Exception {
        RunInExecutor.main(printed::add, Duration.ZERO);

        assertThat(printed)
                .containsExactly("default thread pool 结果", "custom thread pool 结果", "custom process pool 结果");
        assertThat(clock.elapsed()).isZero();
    }

    @LoopTest(timeoutMillis = 60_000)
    void loopIsFreeWhileTheCallsBlock() throws Exception {
        Task<?> other = createTask(() -> printed.add("other task"));

        RunInExecutor.main(printed::add, Duration.ZERO);

        assertThat(printed).startsWith("other task").hasSize(4);
        other.await();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
