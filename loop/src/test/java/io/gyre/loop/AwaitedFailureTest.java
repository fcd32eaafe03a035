package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.unwrap;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Combinators.race;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What has failed elsewhere comes wrapped once, and on demand as it was thrown. */
class AwaitedFailureTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private static String fetch() throws IOException {
        throw new IOException("boom");
    }

    private static Throwable thrownBy(VoidBody<?> body) {
        return catchThrowable(body::run);
    }

    /** A task that awaits a task that awaits a task ... that fails. */
    private static Task<String> chain(int length) {
        Task<String> last = createTask(AwaitedFailureTest::fetch);
        for (int i = 1; i < length; i++) {
            Task<String> awaited = last;
            last = createTask(() -> awaited.await());
        }
        return last;
    }

    @Test
    @Feature("Exception unwrapping: one wrapper, however long the chain of tasks")
    void failureIsWrappedOnceHoweverLongTheChain() {
        driven.run(() -> {
            Throwable thrown = thrownBy(() -> chain(3_000).await());

            assertThat(thrown).isInstanceOf(CompletionException.class).hasCauseExactlyInstanceOf(IOException.class);
            assertThat(thrown.getMessage()).hasSizeLessThan(200).contains("failed: java.io.IOException: boom");
        });
        driven.takeFailures();
    }

    @Test
    @Feature("Stack recovery: both stacks survive")
    void bothStacksSurvive() {
        driven.run(() -> {
            Throwable thrown = thrownBy(() -> chain(2).await());

            assertThat(thrown.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("thrownBy"));
            assertThat(Objects.requireNonNull(thrown.getCause()).getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("fetch"));
        });
        driven.takeFailures();
    }

    @Test
    void ownCompletionExceptionOfABodyIsAFailureLikeAnyOther() {
        driven.run(() -> {
            var own = new CompletionException("mine", new IOException("inside"));
            Task<String> task = createTask(() -> {
                throw own;
            });

            assertThat(thrownBy(task::await)).hasCause(own);
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> task.awaitThrowing(CompletionException.class))
                    .isSameAs(own);
        });
    }

    @Test
    void futureOfAnotherLibraryIsWrappedOnceToo() {
        driven.run(() -> {
            var stage = CompletableFuture.<String>failedFuture(new IOException("boom"));
            var future = new FutureTask<String>(AwaitedFailureTest::fetch);
            future.run();

            assertThat(thrownBy(() -> createTask(() -> Async.await(stage)).await()))
                    .hasCauseExactlyInstanceOf(IOException.class);
            assertThat(thrownBy(() -> createTask(() -> Async.await(future)).await()))
                    .hasCauseExactlyInstanceOf(IOException.class);
        });
    }

    @Test
    void otherThreadGetsTheFirstFailure() throws Exception {
        Task<String> task = driven.call(() -> chain(3));
        driven.settle();

        Throwable thrown = OtherThread.call(() -> thrownBy(task::get)).get();

        assertThat(thrown).isInstanceOf(ExecutionException.class).hasCauseExactlyInstanceOf(IOException.class);
        driven.takeFailures();
    }

    @Test
    void awaitThrowingThrowsTheFailureItselfWithThePlaceWhereItWasAwaited() {
        driven.run(() -> {
            Task<String> task = chain(3);

            Throwable thrown = thrownBy(() -> task.awaitThrowing(IOException.class));

            assertThat(thrown).isExactlyInstanceOf(IOException.class).isSameAs(original(task));
            assertThat(thrown.getSuppressed()).singleElement().satisfies(here -> assertThat(here.getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().equals("thrownBy")));
        });
        driven.takeFailures();
    }

    private static Throwable original(Task<?> task) {
        return AwaitedFailureException.original(task.exceptionNow());
    }

    @Test
    void awaitThrowingWrapsWhatIsNotOfTheType() {
        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> createTask(AwaitedFailureTest::fetch).awaitThrowing(FileNotFoundException.class))
                .withCauseExactlyInstanceOf(IOException.class));
    }

    @Test
    void awaitThrowingReturnsTheValue() {
        assertThat(driven.<String>call(() -> createTask(() -> "value").awaitThrowing(IOException.class)))
                .isEqualTo("value");
    }

    @Test
    void unwrapFindsTheOneFailureOfAGroupOfGroups() {
        driven.run(() -> {
            List<VoidBody<Exception>> bodies = List.of(
                    () -> gather(() -> "a", AwaitedFailureTest::fetch),
                    () -> gather(() -> gather(AwaitedFailureTest::fetch)),
                    () -> race(AwaitedFailureTest::fetch),
                    () -> Combinators.mapAsync(2, List.of(1), i -> fetch()),
                    () -> TaskGroup.run(group -> group.createTask(AwaitedFailureTest::fetch)),
                    () -> createTask(() -> gather(AwaitedFailureTest::fetch)).await());
            for (VoidBody<Exception> body : bodies) {
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> unwrap(IOException.class, body))
                        .withMessage("boom");
            }
        });
    }

    @Test
    void unwrapLeavesAGroupWithSeveralFailuresAsItIs() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> unwrap(
                        IOException.class,
                        () -> TaskGroup.run(group -> {
                            group.createTask(AwaitedFailureTest::fetch);
                            group.createTask(AwaitedFailureTest::fetch);
                        }))));
    }

    @Test
    void unwrapPassesOnWhatTheBlockThrowsByItself() {
        driven.run(() -> assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> unwrap(IllegalStateException.class, () -> {
                    throw new FileNotFoundException("its own");
                })));
    }

    @Test
    void nestedGroupsDoNotMakeMessagesGrow() {
        driven.run(() -> {
            Throwable thrown = thrownBy(() -> nest(50));

            assertThat(thrown.getMessage()).hasSizeLessThan(600);
        });
    }

    private static void nest(int depth) throws IOException {
        TaskGroup.run(group -> group.createTask(() -> {
            if (depth == 0) {
                fetch();
            }
            nest(depth - 1);
        }));
    }
}
