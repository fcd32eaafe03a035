package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The failure of a task is reported when nobody will look at it any more, and not while somebody may. */
class UnseenFailuresTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;

    private static String fail() throws IOException {
        throw new IOException("boom");
    }

    private List<String> reported() {
        return driven.takeReportedFailures().stream().map(Failure::source).toList();
    }

    @Test
    void failureThatIsAwaitedALineLaterIsNotReported() {
        Task<?> creator = driven.start(() -> {
            Task<String> first = createTask("first", () -> {
                sleep(Duration.ofSeconds(1));
                return "done";
            });
            Task<String> second = createTask("second", () -> fail());
            first.await();
            assertThatExceptionOfType(CompletionException.class).isThrownBy(second::await);
        });

        driven.advance(Duration.ofSeconds(1));

        assertThat(creator.state()).isEqualTo(Task.State.SUCCESS);
        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void failureIsReportedWhenTheTaskThatCreatedItHasEnded() {
        Task<?> creator = driven.start(() -> {
            createTask("failing", () -> fail());
            sleep(Duration.ofSeconds(1));
        });
        assertThat(reported()).as("the creator may still look").isEmpty();

        driven.advance(Duration.ofSeconds(1));

        assertThat(creator.isDone()).isTrue();
        assertThat(reported()).containsExactly("failing");
        assertThat(driven.takeFailures()).as("once").isEmpty();
    }

    @Test
    void failureBehindTheEndOfItsCreatorIsReportedAtOnce() {
        driven.run(() -> createTask("failing", () -> {
            yieldNow();
            return fail();
        }));

        assertThat(reported()).containsExactly("failing");
    }

    @Test
    void failureOfATaskOfNoTaskIsReportedAfterTenSeconds() {
        Task<?> task = loop.createTask("failing", () -> fail());
        driven.settle();

        loop.core.unseenFailures.lookAt(System.nanoTime());
        driven.settle();
        assertThat(reported()).as("%s may still be awaited", task).isEmpty();

        loop.core.unseenFailures.lookAt(System.nanoTime() + PATIENCE_NANOS);
        driven.settle();
        assertThat(reported()).containsExactly("failing");
    }

    @Test
    void failureOfATaskThatNobodyHasAnyMoreIsReported() {
        loop.createTask("failing", () -> fail());
        Task<?> kept = loop.createTask("kept", () -> fail());
        driven.settle();

        var reported = new ArrayList<String>();
        OtherThread.spinUntil(() -> {
            System.gc();
            loop.core.unseenFailures.lookAt(System.nanoTime());
            driven.settle();
            reported.addAll(reported());
            return !reported.isEmpty();
        });

        assertThat(reported).containsExactly("failing");
        assertThat(kept.state()).isEqualTo(Task.State.FAILED);
        assertThat(driven.takeFailures()).extracting(Failure::source).containsExactly("kept");
    }

    @Test
    void failureIsReportedWhenTheLoopEnds() {
        var failures = new ArrayList<Failure>();
        EventLoop ending = EventLoop.create(LoopOptions.defaults().withFailureHandler(failures::add));
        Task<?> kept = ending.createTask("failing", () -> fail());
        ending.runOnce(Duration.ZERO);
        assertThat(failures).isEmpty();

        ending.close();

        assertThat(failures).extracting(Failure::source).containsExactly("failing");
        assertThat(kept.isDone()).isTrue();
    }

    @Test
    void eachWayToLookCounts() throws Exception {
        var failing = new ArrayList<Task<String>>();
        for (int i = 0; i < 6; i++) {
            failing.add(loop.createTask(() -> fail()));
        }
        driven.settle();

        failing.get(0).exceptionNow();
        assertThatExceptionOfType(java.util.concurrent.ExecutionException.class).isThrownBy(failing.get(1)::get);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(failing.get(2)::resultNow)
                .withCauseInstanceOf(IOException.class);
        failing.get(3).whenDone(done -> {});
        driven.run(() -> failing.get(4).cancelAndJoin("that it ends counts, not how"));
        driven.run(() -> Combinators.awaitTasks(failing.subList(5, 6), Combinators.When.ALL_COMPLETED));

        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void thatItHasFailedSaysNothingOfTheFailure() {
        Task<String> failing = loop.createTask("failing", () -> fail());
        driven.settle();

        assertThat(failing.state()).isEqualTo(Task.State.FAILED);

        assertThat(driven.takeFailures()).extracting(Failure::source).containsExactly("failing");
    }

    /** Each task creates the next and ends: none may keep the one before. */
    @Test
    void creatorIsNotKeptByWhatItHasCreated() {
        var first = new ArrayList<WeakReference<Task<?>>>();
        driven.run(() -> {
            Task<?> creator = createTask(() -> createTask("next", () -> sleep(ONE_DAY)));
            first.add(new WeakReference<>(creator));
        });

        OtherThread.spinUntil(() -> {
            System.gc();
            return first.getFirst().refersTo(null);
        });
        assertThat(loop.tasks()).extracting(Task::name).containsExactly("next");
    }
}
