package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future.State;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An exception that fails when it is asked to describe itself arrives like any other. */
class SpeechlessFailureTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private static final class SpeechlessException extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("in getMessage");
        }
    }

    private static String fail() {
        throw new SpeechlessException();
    }

    /** How a body can be run, so that what it throws comes out as it is. */
    static Stream<Arguments> inLine() {
        return Stream.of(
                way("offload", body -> offload(body)),
                way("a loop of its own", body -> EventLoop.run(body)),
                way("a task of another loop", body -> {
                    try (var portal = LoopPortal.start()) {
                        return portal.call(body);
                    }
                }),
                way("timeout", body -> Async.timeout(ONE_DAY, body)),
                way("shield", body -> Async.shield(ONE_DAY, body)));
    }

    private static Arguments way(String name, Function<Body<String, RuntimeException>, String> way) {
        return Arguments.of(name, way);
    }

    private Throwable thrownInATask(VoidBody<Exception> body) {
        var caught = new ArrayList<Throwable>();
        Task<?> task = driven.start(() -> {
            try {
                body.run();
            } catch (Throwable failure) {
                caught.add(failure);
            }
        });
        driven.runUntil(task::isDone);
        return caught.getFirst();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inLine")
    void itComesOutAsItIs(String name, Function<Body<String, RuntimeException>, String> way) {
        Throwable thrown = thrownInATask(
                () -> assertThat(way.apply(SpeechlessFailureTest::fail)).isNull());

        assertThat(thrown.getClass()).isEqualTo(SpeechlessException.class);
    }

    /** How it can be awaited. */
    static Stream<Arguments> elsewhere() {
        return Stream.of(
                wait("a task", () -> createTask(() -> fail()).await()),
                wait("a future of the JDK", () -> Async.await(CompletableFuture.supplyAsync(() -> fail()))),
                wait("a call of an executor", () -> {
                    try (var executor = Executors.newSingleThreadExecutor()) {
                        Async.await(executor.submit(() -> fail()));
                    }
                }));
    }

    private static Arguments wait(String name, VoidBody<Exception> wait) {
        return Arguments.of(name, wait);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("elsewhere")
    void itIsTheCauseOfWhatAwaitThrows(String name, VoidBody<Exception> wait) {
        Throwable cause = Objects.requireNonNull(thrownInATask(wait).getCause());

        assertThat(cause.getClass()).isEqualTo(SpeechlessException.class);
    }

    @Test
    void groupEndsByItWhenItsTasksHaveEnded() {
        var ended = new ArrayList<String>();
        Task<@Nullable Void> task = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    ended.add("sibling");
                }
            });
            group.createTask(() -> fail());
        }));

        assertThat(ended).containsExactly("sibling");
        assertThat(task.state()).isEqualTo(State.FAILED);
        assertThat(task.exceptionNow()).isInstanceOfSatisfying(TaskGroupException.class, failed -> {
            List<Throwable> failures = failed.failures();
            assertThat(failures).hasSize(1);
            assertThat(failures.getFirst().getClass()).isEqualTo(SpeechlessException.class);
        });
    }
}
