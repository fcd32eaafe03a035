package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.time.Duration;

/** Clauses of a {@link Select} that send and acquire, and the fair order. */
final class SelectClausesTest {
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);

    private final Channel<String> in = Channel.open(4);
    private final Channel<String> out = Channel.open();
    private final Semaphore permits = Semaphore.bounded("permits", 1);
    private final Lock lock = new Lock("lock");

    private Select<String> sendOrReceive() {
        return Select.<String>first()
                .onSend(out.sender(), "value", () -> "sent")
                .onReceive(in.receiver(), value -> "received " + value);
    }

    /** Gives back what it acquires. */
    private Select<String> acquireOrReceive() {
        return Select.<String>first()
                .onAcquire(permits, held -> closed("permit", held))
                .onAcquire(lock, held -> closed("lock", held))
                .onReceive(in.receiver(), value -> "received " + value);
    }

    private Select<String> tokenOrReceive(CapacityLimiter limiter) {
        return Select.<String>first()
                .onAcquire(limiter, held -> closed("token", held))
                .onReceive(in.receiver(), value -> "received " + value);
    }

    private static String closed(String what, Held held) {
        held.close();
        return what;
    }

    // ---- send

    @LoopTest
    @Feature("Select with clauses that send and acquire, and a fair mode")
    void valueIsSentToAReceiverThatWaits() {
        Task<String> receiver = createTask(() -> out.receiver().receive());
        awaitAllTasksParked();

        assertThat(sendOrReceive().await()).isEqualTo("sent");
        assertThat(receiver.await()).isEqualTo("value");
    }

    @LoopTest
    void receiverThatComesLaterGetsTheValueOfTheWaitingSelect() {
        Task<String> selecting = createTask(() -> sendOrReceive().await());
        awaitAllTasksParked();
        assertThat(selecting.waitsFor()).contains("send to Channel");

        assertThat(out.receiver().receive()).isEqualTo("value");

        assertThat(selecting.await()).isEqualTo("sent");
        assertThat(out.statistics().sending()).isZero();
        assertThat(in.statistics().receiving()).isZero();
    }

    @LoopTest
    void clauseThatLosesSendsNothing() {
        Task<String> selecting = createTask(() -> sendOrReceive().await());
        awaitAllTasksParked();

        in.sender().send("a");

        assertThat(selecting.await()).isEqualTo("received a");
        assertThat(out.receiver().tryReceive()).isEmpty();
        assertThat(out.statistics().sending()).isZero();
    }

    @LoopTest
    void cancelledSelectSendsNothing() {
        assertThat(moveOnAfter(ONE_SECOND, () -> sendOrReceive().await())).isEmpty();

        assertThat(out.receiver().tryReceive()).isEmpty();
        assertThat(out.statistics().sending()).isZero();
    }

    @LoopTest
    void sentValueBeatsTheCancellation() {
        Task<String> selecting = createTask(() -> sendOrReceive().await());
        awaitAllTasksParked();

        assertThat(out.receiver().tryReceive()).contains("value");
        selecting.cancel("too late");

        assertThat(selecting.await()).isEqualTo("sent");
    }

    @LoopTest
    void selectsMeetEachOtherInAChannelWithoutABuffer() {
        Task<String> sending = createTask(() -> sendOrReceive().await());
        awaitAllTasksParked();

        String received = Select.<String>first()
                .onSend(out.sender(), "other", () -> "sent")
                .onReceive(out.receiver(), value -> "received " + value)
                .await();

        assertThat(received).isEqualTo("received value");
        assertThat(sending.await()).isEqualTo("sent");
    }

    @LoopTest
    void selectDoesNotMeetItself() {
        Task<String> both = createTask(() -> Select.<String>first()
                .onSend(out.sender(), "own", () -> "sent")
                .onReceive(out.receiver(), value -> "received " + value)
                .await());
        awaitAllTasksParked();
        assertThat(both.isDone()).isFalse();

        assertThat(out.receiver().receive()).isEqualTo("own");
        assertThat(both.await()).isEqualTo("sent");
    }

    @LoopTest
    void channelThatDropsNeverMakesASelectWait() {
        Channel<String> full = Channel.open(1, Overflow.DROP_LATEST);
        full.sender().send("first");

        String result = Select.<String>first()
                .onSend(full.sender(), "dropped", () -> "went on")
                .await();

        assertThat(result).isEqualTo("went on");
        assertThat(full.receiver().tryReceive()).contains("first");
    }

    @LoopTest
    void closedSenderEndsTheWaitAndABrokenChannelToo() {
        Task<?> selecting = createTask(() -> assertThatExceptionOfType(ChannelClosedException.class)
                .isThrownBy(() -> sendOrReceive().await()));
        awaitAllTasksParked();
        out.sender().close();
        selecting.await();

        Channel<String> broken = Channel.open();
        Task<?> toBroken = createTask(
                () -> assertThatExceptionOfType(ChannelBrokenException.class).isThrownBy(() -> Select.<String>first()
                        .onSend(broken.sender(), "value", () -> "sent")
                        .await()));
        awaitAllTasksParked();
        broken.receiver().close();
        toBroken.await();
        assertThat(in.statistics().receiving()).isZero();
    }

    // ---- acquire

    @LoopTest
    void freePermitIsTakenAndGivenBack() {
        assertThat(acquireOrReceive().await()).isEqualTo("permit");

        assertThat(permits.permits()).isEqualTo(1);
        assertThat(lock.isLocked()).isFalse();
    }

    @LoopTest
    void permitThatIsReleasedGoesToTheWaitingSelectAndNothingElseDoes() {
        permits.acquire();
        lock.acquire();
        Task<String> selecting = createTask(() -> acquireOrReceive().await());
        awaitAllTasksParked();
        assertThat(selecting.waitsFor()).contains("acquire Semaphore[permits").contains("acquire Lock[lock]");

        permits.release();

        assertThat(selecting.await()).isEqualTo("permit");
        lock.release();
        assertThat(lock.isLocked()).isFalse();
        assertThat(permits.permits()).isEqualTo(1);
        assertThat(permits.statistics().waiting()).isZero();
        assertThat(lock.statistics().waiting()).isZero();
    }

    @LoopTest
    void lockIsHeldByTheSelectingTask() {
        permits.acquire();
        lock.acquire();
        Task<String> selecting = createTask("selecting", () -> Select.<String>first()
                .onAcquire(permits, held -> closed("permit", held))
                .onAcquire(lock, held -> {
                    String owner = lock.statistics().owner() + "";
                    held.close();
                    return owner;
                })
                .await());
        awaitAllTasksParked();

        lock.release();

        assertThat(selecting.await()).isEqualTo("task 'selecting'");
        assertThat(lock.isLocked()).isFalse();
        permits.release();
        assertThat(permits.permits()).isEqualTo(1);
    }

    @LoopTest
    void cancelledSelectHasAcquiredNothingAndLetsOthersIn() {
        permits.acquire();
        lock.acquire();
        Task<?> selecting = createTask(() -> assertThat(
                        moveOnAfter(ONE_SECOND, () -> acquireOrReceive().await()))
                .isEmpty());
        selecting.await();

        permits.release();
        lock.release();

        assertThat(permits.permits()).isEqualTo(1);
        assertThat(lock.isLocked()).isFalse();
    }

    @LoopTest
    void permitThatWasHandedOverBeatsTheCancellation() {
        permits.acquire();
        lock.acquire();
        Task<String> selecting = createTask(() -> acquireOrReceive().await());
        awaitAllTasksParked();

        permits.release();
        selecting.cancel("too late");

        assertThat(selecting.await()).isEqualTo("permit");
        assertThat(permits.permits()).isEqualTo(1);
        lock.release();
    }

    @LoopTest
    void waiterBehindASelectThatLeavesIsServed() {
        Semaphore two = new Semaphore(0);
        Task<String> selecting = createTask(() -> Select.<String>first()
                .onAcquire(two, held -> "permit")
                .onReceive(in.receiver(), value -> "received " + value)
                .await());
        awaitAllTasksParked();
        Task<?> behind = createTask(() -> two.acquire());
        awaitAllTasksParked();

        in.sender().send("a");
        two.release();

        assertThat(selecting.await()).isEqualTo("received a");
        behind.await();
        assertThat(two.permits()).isZero();
    }

    @LoopTest
    void ownerThatEndsWithoutReleasingIsAnError() {
        Task<?> owner = createTask("owner", () -> {
            lock.acquire();
            in.receiver().receive();
        });
        awaitAllTasksParked();
        Task<?> selecting = createTask(() -> assertThatIllegalStateException()
                .isThrownBy(() -> Select.<String>first()
                        .onAcquire(lock, held -> closed("lock", held))
                        .await())
                .withMessageContaining("task 'owner' ended without releasing"));
        awaitAllTasksParked();

        in.sender().send("go");

        owner.await();
        selecting.await();
    }

    @LoopTest
    void lockThatTheTaskHoldsIsRefused() {
        lock.withLock(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> Select.<String>first()
                            .onAcquire(lock, held -> closed("lock", held))
                            .await())
                    .withMessageContaining("already");
        });
    }

    @LoopTest
    void freeTokenIsBorrowedForTheTaskThatAwaits() {
        var limiter = new CapacityLimiter("limiter", 1);
        Select<Held> built = Select.<Held>first().onAcquire(limiter, held -> held);

        Task<Held> selecting = createTask("selecting", () -> built.await());
        Held held = selecting.await();

        assertThat(limiter.statistics().borrowers()).containsExactly(selecting);
        held.close();
        assertThat(limiter.statistics().borrowed()).isZero();
    }

    @LoopTest
    void tokenThatComesBackGoesToTheWaitingSelect() {
        var limiter = new CapacityLimiter("limiter", 1);
        limiter.acquire();
        Task<String> selecting = createTask(() -> tokenOrReceive(limiter).await());
        awaitAllTasksParked();
        assertThat(selecting.waitsFor()).contains("acquire CapacityLimiter[limiter 1/1]");

        limiter.release();

        assertThat(limiter.statistics().borrowers()).containsExactly(selecting);
        assertThat(selecting.await()).isEqualTo("token");
        assertThat(limiter.statistics().borrowed()).isZero();
        assertThat(in.statistics().receiving()).isZero();
    }

    @LoopTest
    void clauseThatLosesBorrowsNothingAndTheTaskMayAskAgain() {
        var limiter = new CapacityLimiter("limiter", 1);
        limiter.acquire();
        Task<String> selecting = createTask(() -> {
            String first = tokenOrReceive(limiter).await();
            limiter.acquire();
            limiter.release();
            return first;
        });
        awaitAllTasksParked();

        in.sender().send("a");
        awaitAllTasksParked();
        assertThat(limiter.statistics().waiting()).isEqualTo(1);
        limiter.release();

        assertThat(selecting.await()).isEqualTo("received a");
        assertThat(limiter.statistics().borrowed()).isZero();
    }

    @LoopTest
    void cancelledSelectBorrowsNothing() {
        var limiter = new CapacityLimiter(1);
        limiter.acquireOnBehalfOf("other");

        assertThat(moveOnAfter(ONE_SECOND, () -> tokenOrReceive(limiter).await()))
                .isEmpty();

        assertThat(limiter.statistics().waiting()).isZero();
        limiter.releaseOnBehalfOf("other");
        assertThat(limiter.tryAcquire()).isTrue();
        limiter.release();
    }

    @LoopTest
    void tokenThatWasHandedOverBeatsTheCancellation() {
        var limiter = new CapacityLimiter(1);
        limiter.acquire();
        Task<String> selecting = createTask(() -> tokenOrReceive(limiter).await());
        awaitAllTasksParked();

        limiter.release();
        selecting.cancel("too late");

        assertThat(selecting.await()).isEqualTo("token");
        assertThat(limiter.statistics().borrowed()).isZero();
    }

    @LoopTest
    void tokenThatTheTaskHasIsRefused() {
        var limiter = new CapacityLimiter(2);
        limiter.withToken(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> tokenOrReceive(limiter).await())
                    .withMessageContaining("has a token of");
        });
    }

    // ---- fair

    private int winsOfTheFirst(boolean fair, int rounds) {
        Channel<String> left = Channel.open(1);
        Channel<String> right = Channel.open(1);
        int wins = 0;
        for (int i = 0; i < rounds; i++) {
            left.sender().trySend("left");
            right.sender().trySend("right");
            Select<String> select = fair ? Select.fair() : Select.first();
            String winner = select.onReceive(left.receiver(), value -> value)
                    .onReceive(right.receiver(), value -> value)
                    .await();
            wins += winner.equals("left") ? 1 : 0;
        }
        return wins;
    }

    @LoopTest
    void readyClausesOfAFairSelectWinAboutEquallyOften() {
        assertThat(winsOfTheFirst(false, 100)).isEqualTo(100);
        assertThat(winsOfTheFirst(true, 1_000)).isBetween(400, 600);
    }

    @LoopTest
    void fairOrderIsTheSameInEachLoop() {
        int here = winsOfTheFirst(true, 1_000);

        int there = EventLoop.<Integer, RuntimeException>run(() -> winsOfTheFirst(true, 1_000));

        assertThat(there).isEqualTo(here);
    }

    @LoopTest
    void fairSelectThatWaitsTakesTheFirstEvent() {
        Task<String> selecting = createTask(() -> Select.<String>fair()
                .onReceive(out.receiver(), value -> "out " + value)
                .onReceive(in.receiver(), value -> "in " + value)
                .orElse(() -> "none")
                .await());
        assertThat(selecting.await()).isEqualTo("none");
        Task<String> waiting = createTask(() -> Select.<String>fair()
                .onReceive(out.receiver(), value -> "out " + value)
                .onReceive(in.receiver(), value -> "in " + value)
                .await());
        awaitAllTasksParked();

        in.sender().send("a");

        assertThat(waiting.await()).isEqualTo("in a");
    }
}
