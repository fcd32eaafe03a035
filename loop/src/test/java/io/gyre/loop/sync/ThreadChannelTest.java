package io.gyre.loop.sync;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** One loop, driven by hand, and threads; {@link ThreadChannelLoopsTest} has several loops. */
class ThreadChannelTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final ThreadChannel<String> channel = new ThreadChannel<>("a", 2);
    private final List<String> log = new ArrayList<>();

    private Task<String> startReceiving() {
        return driven.start(() -> {
            String value = channel.receive();
            log.add("received " + value);
            return value;
        });
    }

    private Task<?> startSending(String value) {
        return driven.start(() -> {
            channel.send(value);
            log.add("sent " + value);
        });
    }

    private void fill() {
        channel.send("1");
        channel.send("2");
    }

    private void awaitWaiting(int sending, int receiving) {
        OtherThread.spinUntil(() -> channel.statistics().sending() == sending
                && channel.statistics().receiving() == receiving);
    }

    private void assertNobodyWaits() {
        assertThat(channel.statistics().sending()).isZero();
        assertThat(channel.statistics().receiving()).isZero();
        driven.assertIdle();
    }

    // ---- values

    @Test
    void valuesComeOutInTheOrderInWhichTheyWentIn() {
        fill();

        assertThat(channel.receive()).isEqualTo("1");
        assertThat(driven.call(channel::receive)).isEqualTo("2");
        assertThat(channel.tryReceive()).isEmpty();
    }

    @Test
    void trySendNeedsRoom() {
        fill();

        assertThat(channel.trySend("3")).isFalse();
        channel.receive();
        assertThat(channel.trySend("3")).isTrue();
    }

    @Test
    void taskSuspendsUntilAThreadSends() {
        Task<String> task = startReceiving();
        assertThat(task.waitsFor()).isEqualTo("receive from ThreadChannel[a 0/2]");

        channel.send("value");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
        assertNobodyWaits();
    }

    @Test
    void taskSuspendsUntilAThreadHasMadeRoom() {
        fill();
        Task<?> task = startSending("3");
        assertThat(task.waitsFor()).isEqualTo("send to ThreadChannel[a 2/2]");
        assertThat(log).isEmpty();

        assertThat(channel.receive()).isEqualTo("1");
        driven.settle();

        assertThat(log).containsExactly("sent 3");
        assertThat(List.of(channel.receive(), channel.receive())).containsExactly("2", "3");
        assertNobodyWaits();
    }

    @Test
    void threadBlocksUntilATaskSends() throws Exception {
        FutureTask<String> thread = OtherThread.call(channel::receive);
        awaitWaiting(0, 1);

        driven.run(() -> channel.send("value"));

        assertThat(thread.get()).isEqualTo("value");
        assertNobodyWaits();
    }

    @Test
    void threadBlocksUntilATaskHasMadeRoom() throws Exception {
        fill();
        FutureTask<?> thread = OtherThread.run(() -> channel.send("3"));
        awaitWaiting(1, 0);

        assertThat(driven.call(channel::receive)).isEqualTo("1");

        thread.get();
        assertThat(channel.statistics()).isEqualTo(new ThreadChannel.Statistics(2, 2, 0, 0));
    }

    @Test
    void whoWaitsIsServedInOrderOfArrivalWhateverItIs() throws Exception {
        Task<String> first = startReceiving();
        FutureTask<String> second = OtherThread.call(channel::receive);
        awaitWaiting(0, 2);
        Task<String> third = startReceiving();

        for (String value : List.of("1", "2", "3")) {
            channel.send(value);
        }
        driven.settle();

        assertThat(List.of(first.resultNow(), second.get(), third.resultNow())).containsExactly("1", "2", "3");
    }

    @Test
    void whoComesLaterDoesNotOvertakeOneThatHasBeenServedAndNotRunYet() {
        Task<String> task = startReceiving();
        channel.send("1");

        assertThat(channel.tryReceive()).isEmpty();
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("1");
    }

    @Test
    void uncontendedCallsAreCheckpointsThatLetOthersRunNowAndThen() {
        int[] turns = {0};
        Task<?> busy = driven.loop.createTask(() -> {
            for (int i = 0; i < 1_000; i++) {
                channel.send("value");
                channel.receive();
            }
        });
        driven.loop.createTask(() -> {
            while (!busy.isDone()) {
                turns[0]++;
                yieldNow();
            }
        });

        driven.settle();

        assertThat(turns[0]).isGreaterThanOrEqualTo(14);
    }

    @Test
    void callbackMayReceive() {
        driven.loop.callSoon(() -> log.add(channel.receive()));
        driven.settle();

        channel.send("value");
        driven.settle();

        assertThat(log).containsExactly("value");
    }

    // ---- iterating, ending

    @Test
    void iterationEndsWithTheChannelAfterWhatItHolds() {
        fill();
        channel.close();

        assertThat(channel).containsExactly("1", "2");
        var rest = channel.iterator();
        assertThat(rest.hasNext()).isFalse();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(rest::next);
    }

    @Test
    void leavingTheIterationLosesNothing() {
        fill();
        for (String value : channel) {
            assertThat(value).isEqualTo("1");
            break;
        }

        assertThat(channel.receive()).isEqualTo("2");
    }

    @Test
    void endComesAfterWhatTheChannelHolds() {
        fill();
        channel.close();
        channel.close();

        assertThat(channel.isClosed()).isTrue();
        assertThat(channel.receive()).isEqualTo("1");
        assertThat(channel.tryReceive()).contains("2");
        assertThatExceptionOfType(ChannelEndedException.class)
                .isThrownBy(channel::receive)
                .withMessageContaining("nothing more comes from ThreadChannel[a 0/2]");
        assertThatExceptionOfType(ChannelEndedException.class).isThrownBy(channel::tryReceive);
        assertThatExceptionOfType(ChannelEndedException.class)
                .isThrownBy(() -> channel.tryReceive(Duration.ofNanos(1)));
        assertThatExceptionOfType(ChannelClosedException.class)
                .isThrownBy(() -> channel.send("3"))
                .withMessageContaining("this sending end of ThreadChannel[a 0/2] is closed");
        assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(() -> channel.trySend("3"));
    }

    @Test
    void endWakesThoseWhoReceive() throws Exception {
        Task<?> task = driven.start(
                () -> assertThatExceptionOfType(ChannelEndedException.class).isThrownBy(channel::receive));
        FutureTask<?> thread = OtherThread.run(
                () -> assertThatExceptionOfType(ChannelEndedException.class).isThrownBy(channel::receive));
        awaitWaiting(0, 2);

        channel.close();
        driven.settle();

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        thread.get();
        assertNobodyWaits();
    }

    @Test
    void endSendsThoseAwayWhoWaitForRoom() throws Exception {
        fill();
        Task<?> task = driven.start(
                () -> assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(() -> channel.send("3")));
        FutureTask<?> thread = OtherThread.run(() -> assertThatExceptionOfType(ChannelClosedException.class)
                .isThrownBy(() -> channel.trySend("4", Duration.ofDays(1))));
        awaitWaiting(2, 0);

        driven.run(channel::close);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        thread.get();
        assertThat(channel).containsExactly("1", "2");
    }

    @Test
    void closingTheReceivingEndBreaksTheChannel() throws Exception {
        fill();
        Task<?> task = driven.start(() -> assertThatExceptionOfType(ChannelBrokenException.class)
                .isThrownBy(() -> channel.send("3"))
                .withMessageContaining("nobody receives from ThreadChannel[a 0/2] any more"));
        FutureTask<?> thread = OtherThread.run(
                () -> assertThatExceptionOfType(ChannelBrokenException.class).isThrownBy(() -> channel.send("4")));
        awaitWaiting(2, 0);

        channel.closeNow();
        driven.settle();

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        thread.get();
        assertThat(channel.statistics()).isEqualTo(new ThreadChannel.Statistics(0, 2, 0, 0));
        assertThatExceptionOfType(ChannelBrokenException.class).isThrownBy(() -> channel.trySend("5"));
        assertThatExceptionOfType(ChannelClosedException.class)
                .isThrownBy(channel::receive)
                .withMessageContaining("this receiving end of ThreadChannel[a 0/2] is closed");
        assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(channel::tryReceive);
    }

    @Test
    void closingTheReceivingEndWakesOthersWhoReceive() {
        Task<?> task = driven.start(
                () -> assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(channel::receive));

        channel.closeNow();
        driven.settle();

        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void closingTheReceivingEndOfAnEndedChannelDropsWhatItHolds() {
        fill();
        channel.close();

        channel.closeNow();
        channel.close();

        assertThat(channel.statistics().buffered()).isZero();
        assertThatExceptionOfType(ChannelBrokenException.class).isThrownBy(() -> channel.send("3"));
    }

    // ---- cancelling

    @Test
    void cancelBeforeItBeginsTakesNothing() {
        fill();
        Task<?> receiving = driven.start(() -> {
            currentTask().cancel("by itself");
            channel.receive();
        });
        channel.receive();
        Task<?> sending = driven.start(() -> {
            currentTask().cancel("by itself");
            channel.send("3");
        });

        assertThat(receiving.isCancelled()).isTrue();
        assertThat(sending.isCancelled()).isTrue();
        assertThat(channel.tryReceive()).contains("2");
        assertThat(channel.tryReceive()).isEmpty();
        assertNobodyWaits();
    }

    @Test
    void cancelWhileParkedTakesNothing() {
        Task<?> receiving = startReceiving();
        receiving.cancel("enough");
        driven.settle();
        assertThat(receiving.isCancelled()).isTrue();
        assertNobodyWaits();

        fill();
        Task<?> sending = startSending("3");
        sending.cancel("enough");
        driven.settle();
        assertThat(sending.isCancelled()).isTrue();
        assertNobodyWaits();
        assertThat(List.of(channel.receive(), channel.receive())).containsExactly("1", "2");
        assertThat(channel.tryReceive()).isEmpty();
    }

    @Test
    void valueThatWasHandedOverWinsOverACancellation() {
        Task<?> receiving = driven.start(() -> {
            log.add(channel.receive());
            yieldNow();
            log.add("went on");
        });

        channel.send("value");
        receiving.cancel("too late for the value");
        driven.settle();

        assertThat(log).containsExactly("value");
        assertThat(receiving.isCancelled()).isTrue();
        assertNobodyWaits();
    }

    @Test
    void valueThatWasTakenWinsOverACancellation() {
        fill();
        Task<?> sending = startSending("3");

        channel.receive();
        sending.cancel("too late");
        driven.settle();

        assertThat(log).containsExactly("sent 3");
        assertThat(List.of(channel.receive(), channel.receive())).containsExactly("2", "3");
    }

    @Test
    void cancelBeforeTheValueLeavesItToTheNext() {
        Task<?> cancelled = startReceiving();
        Task<String> next = startReceiving();

        cancelled.cancel("just in time");
        driven.settle();
        channel.send("value");
        driven.settle();

        assertThat(next.resultNow()).isEqualTo("value");
    }

    /** The value has been handed to a task whose interrupt was on its way: it must not hit what the task does next. */
    @Test
    void cancellationThatTheValueHasOvertakenIsNotForgotten() {
        Task<?> task = driven.start(() -> {
            log.add(channel.receive());
            log.add("interrupted: " + Thread.currentThread().isInterrupted());
            channel.receive();
        });

        channel.send("value");
        task.cancel("too late");
        driven.settle();

        assertThat(log).containsExactly("value", "interrupted: false");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void closingTheLoopLeavesNobodyWaiting() {
        Task<?> receiving = startReceiving();

        driven.loop.close();

        assertThat(receiving.isCancelled()).isTrue();
        assertThat(channel.statistics().receiving()).isZero();
        channel.send("for somebody else");
        assertThat(channel.receive()).isEqualTo("for somebody else");
    }

    @Test
    void interruptOfAThreadIsACancellationWithTheStatusSetAgain() throws Exception {
        var interrupted = new Thread[1];
        FutureTask<String> thread = OtherThread.call(() -> {
            interrupted[0] = Thread.currentThread();
            try {
                return channel.receive();
            } catch (CancellationException e) {
                return e.getMessage() + " " + Thread.interrupted();
            }
        });
        awaitWaiting(0, 1);

        interrupted[0].interrupt();

        assertThat(thread.get()).endsWith("was interrupted while waiting for receive from ThreadChannel[a 0/2] true");
        assertNobodyWaits();
    }

    // ---- time

    @Test
    void taskReceivesForALimitedTimeOfTheLoopsClock() {
        Task<Optional<String>> empty = driven.start(() -> channel.tryReceive(Duration.ofHours(1)));
        driven.advance(Duration.ofMinutes(59));
        assertThat(empty.isDone()).isFalse();
        driven.advance(Duration.ofMinutes(1));
        assertThat(empty.resultNow()).isEmpty();

        Task<Optional<String>> inTime = driven.start(() -> channel.tryReceive(Duration.ofHours(1)));
        channel.send("value");
        driven.settle();
        assertThat(inTime.resultNow()).contains("value");
        assertNobodyWaits();
    }

    @Test
    void taskSendsForALimitedTimeOfTheLoopsClock() {
        fill();
        Task<Boolean> late = driven.start(() -> channel.trySend("3", Duration.ofHours(1)));
        driven.advance(Duration.ofHours(1));
        assertThat(late.resultNow()).isFalse();

        Task<Boolean> inTime = driven.start(() -> channel.trySend("4", Duration.ofHours(1)));
        channel.receive();
        driven.settle();
        assertThat(inTime.resultNow()).isTrue();
        assertNobodyWaits();
    }

    @Test
    void valueWinsOverADeadlineOfTheSameInstant() {
        Task<Optional<String>> task = driven.start(() -> channel.tryReceive(Duration.ofHours(1)));

        channel.send("value");
        driven.advance(Duration.ofHours(1));

        assertThat(task.resultNow()).contains("value");
    }

    @Test
    void threadWaitsForALimitedTime() throws Exception {
        assertThat(channel.tryReceive(Duration.ofMillis(1))).isEmpty();
        fill();
        assertThat(channel.trySend("3", Duration.ofMillis(1))).isFalse();
        assertThat(channel.tryReceive(Duration.ofDays(1))).contains("1");
        assertThat(channel.trySend("3", Duration.ofDays(1))).isTrue();
        assertNobodyWaits();
    }

    @Test
    void noTimeAtAllIsATry() {
        assertThat(channel.tryReceive(Duration.ZERO)).isEmpty();
        assertThat(channel.trySend("1", Duration.ZERO)).isTrue();
        assertThat(driven.call(() -> channel.tryReceive(Duration.ofSeconds(-1))))
                .contains("1");
    }

    @Test
    void timeOutScopeEndsTheWait() {
        Task<Optional<String>> task = driven.start(() -> moveOnAfter(Duration.ofHours(1), channel::receive));

        driven.advance(Duration.ofHours(1));

        assertThat(task.resultNow()).isEmpty();
        assertNobodyWaits();
    }

    // ---- misuse

    @Test
    void capacityIsOneOrMore() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ThreadChannel<>(0))
                .withMessageContaining("needs a capacity of 1 or more, not 0");
    }

    @Test
    void nullIsNoValue() {
        assertThatNullPointerException().isThrownBy(() -> channel.send(noValue()));
        assertThatNullPointerException().isThrownBy(() -> channel.trySend(noValue()));
        assertThat(channel.tryReceive()).isEmpty();
    }

    @SuppressWarnings("NullAway") // what a caller without a null checker may do
    private static String noValue() {
        return null;
    }

    @Test
    void nameIsOptional() {
        assertThat(new ThreadChannel<String>(3)).hasToString("ThreadChannel[0/3]");
        assertThat(channel).hasToString("ThreadChannel[a 0/2]");
    }
}
