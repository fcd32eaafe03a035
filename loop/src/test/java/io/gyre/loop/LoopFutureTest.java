package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LoopFutureTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final LoopFuture<String> future = loop.createFuture();
    private final List<String> log = new ArrayList<>();

    @Test
    void resultWakesAllWhoWait() {
        for (String name : List.of("a", "b")) {
            loop.createTask(() -> log.add(name + " " + future.await()));
        }
        driven.settle();

        future.setResult("value");
        driven.settle();

        assertThat(log).containsExactly("a value", "b value");
        assertThat(future.state()).isEqualTo(State.SUCCESS);
        assertThat(future.resultNow()).isEqualTo("value");
    }

    @Test
    void exceptionReachesThoseWhoWait() {
        var failure = new IOException("boom");
        driven.start(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(future::await)
                .withCause(failure)
                .satisfies(e -> log.add("caught")));

        future.setException(failure);
        driven.settle();

        assertThat(log).containsExactly("caught");
        assertThat(future.exceptionNow()).isSameAs(failure);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(future::get)
                .withCause(failure);
    }

    @Test
    void exceptionOfAFutureIsNotReportedWhenNobodyWaits() {
        future.setException(new IOException("boom"));

        driven.settle();

        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void completingTwiceIsRejected() {
        future.setResult("first");

        assertThatIllegalStateException()
                .isThrownBy(() -> future.setResult("second"))
                .withMessageContaining("is already done. Check isDone() first");
        assertThatIllegalStateException().isThrownBy(() -> future.setException(new IOException()));
        assertThat(future.resultNow()).isEqualTo("first");
    }

    @Test
    void cancelWakesThoseWhoWait() {
        driven.start(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(future::await)
                .withCauseInstanceOf(CancelledException.class)
                .satisfies(e -> log.add("caught")));

        boolean cancelled = future.cancel(false);
        driven.settle();

        assertThat(cancelled).isTrue();
        assertThat(log).containsExactly("caught");
        assertThat(future.state()).isEqualTo(State.CANCELLED);
        assertThat(future.isCancelled()).isTrue();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
    }

    @Test
    void cancelOfADoneFutureIsRefused() {
        future.setResult("value");

        assertThat(future.cancel(true)).isFalse();
        assertThat(future.resultNow()).isEqualTo("value");
    }

    @Test
    void cancelFromAnotherThreadTakesEffectInTheNextTick() throws Exception {
        FutureTask<Boolean> other = OtherThread.call(() -> future.cancel(true));
        assertThat(other.get()).isTrue();
        assertThat(future.isDone()).isFalse();

        driven.tick();

        assertThat(future.isCancelled()).isTrue();
    }

    @Test
    void resultBeatsACancelThatIsOnItsWay() throws Exception {
        OtherThread.call(() -> future.cancel(true)).get();

        future.setResult("value");
        driven.settle();

        assertThat(future.resultNow()).isEqualTo("value");
    }

    @Test
    void nullIsAResult() {
        LoopFuture<@Nullable String> nullable = loop.createFuture();

        nullable.setResult(null);

        assertThat(nullable.isDone()).isTrue();
        assertThat(nullable.resultNow()).isNull();
    }

    @Test
    void cancelOfAWaiterLeavesTheFutureAlone() {
        Task<String> waiter = driven.start(() -> future.await());

        waiter.cancel("enough");
        driven.settle();

        assertThat(waiter.state()).isEqualTo(State.CANCELLED);
        assertThat(future.state()).isEqualTo(State.RUNNING);
        assertThat(future.isObserved()).isFalse();
    }

    @Test
    void cancelOfAWaiterInTheMiddleLeavesTheOthersWaiting() {
        var waiters = new ArrayList<Task<Boolean>>();
        for (String name : List.of("a", "b", "c")) {
            waiters.add(driven.start(() -> log.add(name + " " + future.await())));
        }

        waiters.get(1).cancel("enough");
        driven.settle();
        future.setResult("value");
        driven.settle();

        assertThat(log).containsExactly("a value", "c value");
    }

    @Test
    void futureNamesItself() {
        assertThat(future).hasToString("LoopFuture[hand-driven, RUNNING]");
        future.setResult("x");
        assertThat(future).hasToString("LoopFuture[hand-driven, SUCCESS]");
    }
}
