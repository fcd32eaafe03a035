package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

/** A task that is left alone. */
class DetachTest {
    private final List<Failure> failures = new ArrayList<>();
    private final LoopOptions options =
            LoopOptions.defaults().withFailureHandler(failures::add).withTicker(VirtualClock.autojump());
    private final List<String> log = new ArrayList<>();

    private static void failLater() throws IOException {
        sleep(ONE_SECOND);
        throw new IOException("boom");
    }

    private Failure onlyFailure() {
        assertThat(failures).hasSize(1);
        return failures.getFirst();
    }

    @Test
    @Feature("Detached tasks (fire and forget)")
    void failureIsReportedAtOnceWhileTheCreatorGoesOn() {
        EventLoop.run(options, () -> {
            createTask("audit", DetachTest::failLater).detach();
            sleep(ONE_HOUR);

            assertThat(onlyFailure().exception()).hasMessage("boom");
            assertThat(onlyFailure().source()).isEqualTo("audit");
            assertThat(onlyFailure().what()).contains("task 'audit' failed, and is detached");
        });
        assertThat(failures).as("once").hasSize(1);
    }

    @Test
    void taskThatIsNotDetachedWaitsForItsCreator() {
        EventLoop.run(options, () -> {
            Task<?> task = createTask("audit", DetachTest::failLater);
            sleep(ONE_HOUR);

            assertThat(failures).isEmpty();
            assertThat(task.isDone()).isTrue();
        });
    }

    @Test
    void failureThatWasNotObservedYetIsReportedWhenTheTaskIsDetached() {
        EventLoop.run(options, () -> {
            Task<?> task = createTask(DetachTest::failLater);
            sleep(ONE_HOUR);

            task.detach();

            assertThat(onlyFailure().exception()).hasMessage("boom");
        });
        assertThat(failures).hasSize(1);
    }

    @Test
    void failureThatSomebodyAwaitsNeverthelessIsTheirs() {
        EventLoop.run(options, () -> {
            Task<?> task = createTask(DetachTest::failLater);
            task.detach();
            task.detach();

            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(task::await)
                    .withRootCauseInstanceOf(IOException.class);
        });
        assertThat(failures).isEmpty();
    }

    @Test
    void detachedTaskOutlivesItsCreatorAndItsCreatorsCancellation() {
        EventLoop.run(options, () -> {
            Task<?> creator = createTask(() -> {
                createTask(() -> {
                            sleep(ONE_HOUR);
                            log.add("finished");
                        })
                        .detach();
                sleep(ONE_DAY);
            });
            yieldNow();
            creator.cancelAndJoin("enough");
            sleep(ONE_DAY);
        });

        assertThat(log).containsExactly("finished");
        assertThat(failures).isEmpty();
    }

    @Test
    void detachedTaskIsCancelledWhenTheLoopClosesAndThatIsNoFailure() {
        var tasks = new ArrayList<Task<?>>();
        EventLoop.run(options, () -> {
            Task<?> task = createTask(() -> sleep(ONE_DAY));
            task.detach();
            tasks.add(task);
        });

        assertThat(tasks.getFirst().state()).isEqualTo(State.CANCELLED);
        assertThat(failures).isEmpty();
    }

    @Test
    void failureOfADetachedTaskStopsTheLoopAtOnce() {
        LoopOptions strict = options.withFailurePolicy(FailurePolicy.STOP_LOOP);

        assertThatExceptionOfType(LoopFailedException.class)
                .isThrownBy(() -> EventLoop.run(strict, () -> {
                    createTask(DetachTest::failLater).detach();
                    sleep(ONE_HOUR);
                    log.add("not reached");
                }));

        assertThat(log).isEmpty();
    }

    @Test
    void taskOfAGroupIsRefused() {
        EventLoop.run(
                options,
                () -> TaskGroup.run(group -> {
                    Task<?> task = group.createTask("member", () -> sleep(ONE_SECOND));

                    assertThatIllegalStateException()
                            .isThrownBy(task::detach)
                            .withMessageContaining("task 'member' belongs to a group");
                }));
    }

    @Test
    void taskInABlockOfItsOwnIsDetached() {
        EventLoop.run(options, () -> {
            Task<?> task = createTask(() -> {
                Async.timeout(ONE_DAY, DetachTest::failLater);
            });
            yieldNow();
            task.detach();
            sleep(ONE_HOUR);

            assertThat(onlyFailure().what()).contains("is detached");
        });
    }

    @Test
    void anotherThreadIsRefused() {
        EventLoop.run(options, () -> {
            Task<?> task = createTask(() -> sleep(ONE_SECOND));

            assertThat(OtherThread.run(task::detach))
                    .failsWithin(HandDrivenLoop.PATIENCE)
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOf(WrongThreadException.class)
                    .withMessageContaining("detach");
        });
    }
}
