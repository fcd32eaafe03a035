package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.moveOnAt;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeoutAt;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future.State;
import org.jspecify.annotations.Nullable;

/** Forms with a result and without, of one call. */
class BodyVariantsTest {
    private final List<String> log = new ArrayList<>();

    private static long inOneSecond() {
        return EventLoop.current().time() + ONE_SECOND.toNanos();
    }

    @LoopTest
    @SuppressWarnings("NullAway") // which does not see that the result may be null
    void resultThatIsNullIsEmpty() {
        Task<@Nullable Void> withoutResult = createTask(() -> sleep(ONE_SECOND));

        assertThat(moveOnAfter(ONE_DAY, () -> withoutResult.await())).isEmpty();
        assertThat(withoutResult.isDone()).isTrue();
        assertThat(moveOnAt(inOneSecond(), () -> withoutResult.await())).isEmpty();
        assertThat(CancelScope.<@Nullable Void, RuntimeException>call(scope -> withoutResult.await()))
                .isEmpty();
        assertThat(new CancelToken().call(() -> withoutResult.await())).isEmpty();
    }

    @LoopTest
    void blocksUpToAnInstantMayHaveNoResult() {
        boolean inTime = moveOnAt(inOneSecond(), () -> {
            log.add("in time");
        });
        boolean late = moveOnAt(inOneSecond(), () -> sleep(ONE_DAY));

        assertThat(inTime).isTrue();
        assertThat(late).isFalse();
        timeoutAt(inOneSecond(), () -> {
            log.add("limited");
        });
        timeoutAt(inOneSecond(), "the work", () -> {
            log.add("named");
        });
        assertThat(log).containsExactly("in time", "limited", "named");
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeoutAt(inOneSecond(), () -> sleep(ONE_DAY)));
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeoutAt(inOneSecond(), "the work", () -> sleep(ONE_DAY)))
                .withMessageContaining("the work");
    }

    @LoopTest
    void blocksWithTheirScopeMayHaveAResult() {
        assertThat(CancelScope.<String, RuntimeException>call(scope -> "done")).contains("done");
        assertThat(CancelScope.<String, RuntimeException>call(scope -> {
                    scope.cancel("enough");
                    sleep(ONE_DAY);
                    return "never";
                }))
                .isEmpty();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> CancelScope.<String, IOException>call(scope -> {
                    throw new IOException("of the block");
                }))
                .withMessage("of the block");
    }

    @LoopTest
    void blocksOfATokenMayHaveAResult() {
        var token = new CancelToken();

        assertThat(token.call(() -> "done")).contains("done");
        token.cancel("enough");

        assertThat(token.<String, RuntimeException>call(() -> {
                    sleep(ONE_DAY);
                    return "never";
                }))
                .isEmpty();
    }

    @LoopTest
    void joinWaitsAndDoesNotThrow() {
        Task<?> failing = createTask(() -> {
            sleep(ONE_SECOND);
            throw new IOException("lost");
        });

        failing.join();

        assertThat(failing.state()).isEqualTo(State.FAILED);
        assertThat(failing.exceptionNow()).hasMessage("lost");
    }

    @LoopTest
    void joinOfACancelledTaskDoesNotThrow() {
        Task<?> cancelled = createTask(() -> sleep(ONE_DAY));
        cancelled.cancel("no longer needed");

        cancelled.join();

        assertThat(cancelled.isCancelled()).isTrue();
    }

    @LoopTest
    void taskCannotJoinItself() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Async.currentTask().join())
                .withMessageContaining("awaits itself");
    }

    @LoopTest
    void offloadingIsAnExecutor() {
        Executor rules = Offloading.on(command -> {
                    log.add("handed over");
                    command.run();
                })
                .withLimit(1);

        assertThat(offload(rules, () -> "done")).isEqualTo("done");
        rules.execute(() -> log.add("ran"));

        assertThat(log).containsExactly("handed over", "handed over", "ran");
    }

    @LoopTest
    void offloadingToTheLoopsExecutorRunsCommandsThere() {
        var ran = EventLoop.current().<String>createFuture();
        EventLoop loop = EventLoop.current();

        Offloading.onLoopExecutor()
                .execute(() -> loop.callSoonThreadsafe(() -> ran.setResult("elsewhere: " + !loop.inLoop())));

        assertThat(ran.await()).isEqualTo("elsewhere: false");
    }
}
