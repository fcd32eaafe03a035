package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.time.Duration;
import java.util.concurrent.Future.State;

/** FEATURES 1.6: select over heterogeneous operations, whose losers have no effect. */
final class SelectTest {
    private final Channel<String> left = Channel.open(4);
    private final Channel<String> right = Channel.open(4);

    private Select<String> eitherChannel() {
        return Select.<String>first()
                .onReceive(left.receiver(), value -> "left " + value)
                .onReceive(right.receiver(), value -> "right " + value);
    }

    private static void letOthersPark() {
        for (int i = 0; i < 3; i++) {
            yieldNow();
        }
    }

    @LoopTest
    void whatIsReadyIsTakenInTheOrderOfTheClauses() {
        left.sender().send("a");
        right.sender().send("b");

        assertThat(eitherChannel().await()).isEqualTo("left a");
        assertThat(eitherChannel().await()).isEqualTo("right b");
    }

    @LoopTest
    void waitingEndsWithTheFirstValueAndTheLoserKeepsItsOwn() {
        Task<String> selecting = createTask(() -> eitherChannel().await());
        letOthersPark();
        assertThat(selecting.waitsFor()).contains("the first of").contains("receive from");

        right.sender().send("b");
        left.sender().send("a");

        assertThat(selecting.await()).isEqualTo("right b");
        assertThat(left.receiver().tryReceive()).contains("a");
    }

    @LoopTest
    void selectInTwoTasksTakesEachValueOnce() {
        Task<String> first = createTask(() -> eitherChannel().await());
        Task<String> second = createTask(() -> eitherChannel().await());
        letOthersPark();

        left.sender().send("a");
        right.sender().send("b");

        assertThat(first.await()).isEqualTo("left a");
        assertThat(second.await()).isEqualTo("right b");
        assertThat(left.receiver().tryReceive()).isEmpty();
        assertThat(right.receiver().tryReceive()).isEmpty();
    }

    @LoopTest
    void taskThatIsDoneWinsAndTakesNothing(EventLoop loop) {
        LoopFuture<Integer> future = loop.createFuture();
        Task<String> selecting = createTask(() -> eitherChannel()
                .onDone(future, done -> "done " + done.resultNow())
                .await());
        letOthersPark();

        future.setResult(7);

        assertThat(selecting.await()).isEqualTo("done 7");
        left.sender().send("a");
        assertThat(left.receiver().tryReceive()).contains("a");
    }

    @LoopTest
    void timeoutWinsWhenNothingComesAndLeavesNoTimerOtherwise(EventLoop loop) {
        long start = loop.time();

        assertThat(eitherChannel()
                        .onTimeout(Duration.ofSeconds(2), () -> "late")
                        .await())
                .isEqualTo("late");
        assertThat(loop.time() - start).isEqualTo(Duration.ofSeconds(2).toNanos());

        Task<String> selecting = createTask(() ->
                eitherChannel().onTimeout(Duration.ofHours(1), () -> "late").await());
        letOthersPark();
        left.sender().send("a");
        assertThat(selecting.await()).isEqualTo("left a");
        assertThat(loop.statistics().timers()).isZero();
    }

    @LoopTest
    void valueAndTimeoutOfTheSameTickGiveOneResult() {
        Task<String> selecting = createTask(() ->
                eitherChannel().onTimeout(Duration.ofSeconds(1), () -> "late").await());
        Task<?> sender = createTask(() -> {
            sleep(Duration.ofSeconds(1));
            left.sender().send("a");
        });
        sender.await();

        String result = selecting.await();

        assertThat(left.receiver().tryReceive().isPresent()).isEqualTo(result.equals("late"));
    }

    @LoopTest
    void orElseDoesNotWait() {
        assertThat(eitherChannel().orElse(() -> "nothing").await()).isEqualTo("nothing");
        assertThat(eitherChannel().onTimeout(Duration.ZERO, () -> "no time").await())
                .isEqualTo("no time");
    }

    @LoopTest
    void cancelledSelectTakesNothing() {
        Task<String> selecting = createTask(() -> eitherChannel().await());
        letOthersPark();

        selecting.cancel("test");
        assertThatThrownBy(selecting::await).hasCauseInstanceOf(CancelledException.class);

        left.sender().send("a");
        assertThat(left.receiver().tryReceive()).contains("a");
    }

    @LoopTest
    void valueThatWasHandedOverWinsOverACancellation() {
        Task<String> selecting = createTask(() -> eitherChannel().await());
        letOthersPark();

        left.sender().send("a");
        selecting.cancel("too late");

        assertThat(selecting.await()).isEqualTo("left a");
        assertThat(selecting.state()).isEqualTo(State.SUCCESS);
    }

    @LoopTest
    void cancelledBeforeItBeginsItTakesNothing() {
        left.sender().send("a");
        Task<String> task = createTask(() -> {
            currentTask().cancel("test");
            return eitherChannel().await();
        });

        assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(left.receiver().tryReceive()).contains("a");
    }

    @LoopTest
    void channelThatEndsWhileWaitingIsSaid() {
        Task<String> selecting = createTask(() -> eitherChannel().await());
        letOthersPark();

        left.sender().close();

        assertThatThrownBy(selecting::await).hasCauseInstanceOf(ChannelEndedException.class);
        right.sender().send("b");
        assertThat(right.receiver().tryReceive()).contains("b");
    }

    @LoopTest
    void selectOfNothingIsRefused() {
        assertThatThrownBy(() -> Select.first().await()).isInstanceOf(IllegalStateException.class);
    }

    @LoopTest
    void receiverThatIsClosedWhileWaitingIsSaid() {
        Receiver<String> other = left.receiver().duplicate();
        Task<String> selecting = createTask(() -> eitherChannel().await());
        letOthersPark();

        left.receiver().close();
        left.sender().send("a");

        assertThatThrownBy(selecting::await).hasCauseInstanceOf(ChannelClosedException.class);
        assertThat(other.tryReceive()).as("for the receiver that is open").contains("a");
        assertThat(right.statistics().receiving()).isZero();
    }

    @LoopTest
    void receiverThatIsClosedSendsNobodyElseAway() {
        Receiver<String> other = left.receiver().duplicate();
        Task<String> selecting = createTask(() -> eitherChannel().await());
        Task<String> receiving = createTask(() -> other.receive());
        letOthersPark();

        left.receiver().close();

        assertThatThrownBy(selecting::await).hasCauseInstanceOf(ChannelClosedException.class);
        assertThat(receiving.isDone()).isFalse();
        left.sender().send("a");
        assertThat(receiving.await()).isEqualTo("a");
    }

    @LoopTest
    void selectThatIsRefusedLeavesNobodyInTheQueues() {
        LoopFuture<String> ofClosedLoop =
                offload(() -> EventLoop.run(() -> EventLoop.current().<String>createFuture()));

        assertThatThrownBy(() ->
                        eitherChannel().onDone(ofClosedLoop, done -> "done").await())
                .isInstanceOf(LoopClosedException.class);

        assertThat(left.statistics().receiving()).isZero();
        left.sender().trySend("a");
        assertThat(left.receiver().tryReceive()).contains("a");
    }
}
