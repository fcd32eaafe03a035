package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.sync.Channel;
import io.gyre.loop.sync.Condition;
import io.gyre.loop.sync.Event;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Select;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code LowLevel.whenEnded}, beside {@code whenDone}. */
class WhenEndedTest {
    private static final ScopedValue<String> NAME = ScopedValue.newInstance();

    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();
    private final Event mayEnd = new Event();

    private Task<?> startWatched() {
        return driven.start(() -> mayEnd.await());
    }

    private Task<?> startFailing() {
        return driven.start(() -> {
            mayEnd.await();
            throw new IllegalStateException("boom");
        });
    }

    private void letItEnd() {
        driven.run(mayEnd::set);
    }

    private static boolean hasObservers(Task<?> task) {
        return ((Completion<?>) task).hasObservers();
    }

    @Test
    void callbackRunsOnceTheTaskHasEnded() {
        Task<?> task = startWatched();
        LowLevel.whenEnded(task, () -> log.add("ended: " + task.isDone()));
        driven.settle();
        assertThat(log).isEmpty();

        letItEnd();

        assertThat(log).containsExactly("ended: true");
        driven.assertIdle();
    }

    @Test
    void callbackRunsInOrderOfRegistrationAmongThoseOfWhenDone() {
        Task<?> task = startWatched();
        task.whenDone(done -> log.add("first"));
        LowLevel.whenEnded(task, () -> log.add("second"));
        task.whenDone(done -> log.add("third"));

        letItEnd();

        assertThat(log).containsExactly("first", "second", "third");
    }

    @Test
    void callbackOfATaskThatHasEndedRunsInTheNextTick() {
        Task<?> task = startWatched();
        letItEnd();

        LowLevel.whenEnded(task, () -> log.add("ended"));
        assertThat(log).isEmpty();
        driven.settle();

        assertThat(log).containsExactly("ended");
    }

    @Test
    void cancelledTaskHasEndedToo() {
        Task<?> task = startWatched();
        LowLevel.whenEnded(task, () -> log.add("ended: " + task.isCancelled()));

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("ended: true");
    }

    @Test
    void failureIsStillReportedAsOneThatNobodyObserves() {
        Task<?> task = startFailing();
        LowLevel.whenEnded(task, () -> log.add("ended"));

        letItEnd();

        assertThat(log).containsExactly("ended");
        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("boom"));
    }

    @Test
    void failureThatSomebodyElseObservesIsNotReported() {
        Task<?> task = startFailing();
        LowLevel.whenEnded(task, () -> log.add("ended"));
        task.whenDone(done -> log.add("done"));

        letItEnd();

        assertThat(log).containsExactly("ended", "done");
        assertThat(driven.takeFailures()).isEmpty();
    }

    @Test
    void handleTakesTheCallbackBackAndLeavesNothingBehind() {
        Task<?> task = startWatched();
        Handle ended = LowLevel.whenEnded(task, () -> log.add("ended"));
        Handle done = task.whenDone(it -> log.add("done"));

        ended.cancel();
        done.cancel();
        ended.cancel();

        assertThat(hasObservers(task)).isFalse();
        assertThat(ended.isCancelled()).isTrue();
        letItEnd();
        assertThat(log).isEmpty();
    }

    @Test
    void handleTakesBackACallbackThatIsReadyAlready() {
        Task<?> task = startWatched();
        Handle ended = LowLevel.whenEnded(task, () -> log.add("ended"));
        loop.createTask(() -> {
            mayEnd.set();
            loop.callSoon(ended::cancel);
        });

        driven.settle();

        assertThat(log).isEmpty();
    }

    @Test
    void selectThatSomethingElseHasWonLeavesNothingBehind() {
        Task<?> task = startWatched();
        Channel<String> channel = Channel.open();
        Task<String> selecting = driven.start(() -> Select.<String>first()
                .onDone(task, done -> "done")
                .onReceive(channel.receiver(), value -> value)
                .await());
        assertThat(hasObservers(task)).isTrue();

        driven.run(() -> channel.sender().send("value"));

        assertThat(selecting.resultNow()).isEqualTo("value");
        assertThat(hasObservers(task)).isFalse();
        letItEnd();
    }

    @Test
    void whenDoneThatWasTakenBackObservesNoFailure() {
        Task<?> task = startFailing();
        task.whenDone(done -> {}).cancel();

        letItEnd();

        assertThat(driven.takeFailures()).hasSize(1);
        assertThat(task.isDone()).isTrue();
    }

    @Test
    void callbackThatThrowsIsReported() {
        Task<?> task = startWatched();
        LowLevel.whenEnded(task, () -> {
            throw new IllegalStateException("in the callback");
        });

        letItEnd();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.exception()).hasMessage("in the callback");
            assertThat(failure.createdAt()).contains("WhenEndedTest");
        });
    }

    @Test
    void callbackSeesTheScopedValuesOfWhereItWasRegistered() {
        Task<?> task = startWatched();
        ScopedValue.where(NAME, "bound").run(() -> LowLevel.whenEnded(task, () -> log.add(NAME.get())));

        letItEnd();

        assertThat(log).containsExactly("bound");
    }

    @Test
    void callOnAnotherThreadIsRejected() throws Exception {
        Task<?> task = startWatched();

        OtherThread.run(() -> assertThatExceptionOfType(WrongThreadException.class)
                        .isThrownBy(() -> LowLevel.whenEnded(task, () -> {}))
                        .withMessageContaining("whenEnded must run on the thread of EventLoop[hand-driven]"))
                .get();
        letItEnd();
    }

    // ---- the owner of a lock

    @Test
    void ownerOfALockIsWatchedWhileSomebodyWaits() {
        var lock = new Lock();
        Task<?> owner = driven.start(() -> lock.withLock(() -> mayEnd.await()));
        assertThat(hasObservers(owner)).as("nobody waits").isFalse();

        Task<?> first = driven.start(() -> lock.withLock(() -> {}));
        Task<?> second = driven.start(() -> lock.withLock(() -> {}));
        assertThat(hasObservers(owner)).isTrue();

        first.cancel("enough");
        driven.settle();
        assertThat(hasObservers(owner)).as("one is left").isTrue();
        second.cancel("enough");
        driven.settle();
        assertThat(hasObservers(owner)).as("nobody waits any more").isFalse();
        letItEnd();
    }

    @Test
    void ownerOfALockIsWatchedWhileSomebodyWaitsForASignal() {
        var condition = new Condition();
        Task<@Nullable Void> waiter = driven.start(() -> condition.lock().withLock(() -> condition.await()));
        Task<?> owner = driven.start(() -> condition.lock().withLock(() -> {
            mayEnd.await();
            condition.signal();
        }));
        assertThat(hasObservers(owner)).isTrue();

        letItEnd();

        assertThat(waiter.isDone()).isTrue();
        Task<?> later = driven.start(() -> condition.lock().withLock(() -> new Event().await()));
        assertThat(hasObservers(later)).as("nobody waits any more").isFalse();
        later.cancel("enough");
        driven.settle();
    }

    @Test
    void failureOfAnOwnerIsReportedAlthoughSomebodyWaits() {
        var lock = new Lock("a");
        driven.start(() -> {
            lock.acquire();
            mayEnd.await();
            throw new IllegalStateException("boom");
        });
        Task<?> waiter = driven.start(lock::acquire);
        waiter.whenDone(done -> {});

        letItEnd();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("boom"));
        assertThat(waiter.exceptionNow()).hasMessageContaining("ended without releasing Lock[a]");
    }
}
