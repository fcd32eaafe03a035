package io.gyre.loop.sync;

import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

class ConditionTest {
    private final Lock lock = new Lock("a");
    private final Condition condition = new Condition(lock);
    private final List<String> log = new ArrayList<>();

    private Task<?> startWaiter(String name) {
        return start(
                name,
                () -> lock.withLock(() -> {
                    try {
                        condition.await();
                        log.add(name);
                    } catch (CancelledException e) {
                        log.add(name + " cancelled, lock held by "
                                + lock.statistics().owner());
                        throw e;
                    }
                }));
    }

    @Test
    void awaitReleasesTheLockAndAcquiresItAgain() throws Exception {
        Loops.run(() -> {
            startWaiter("waiter");
            assertThat(lock.isLocked()).isFalse();

            lock.acquire();
            condition.signal();
            settle();
            assertThat(log).as("while the lock is held").isEmpty();
            lock.release();
            settle();

            assertThat(log).containsExactly("waiter");
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void signalWakesAsManyAsAskedInOrder() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third", "fourth")) {
                startWaiter(name);
            }

            lock.withLock(() -> condition.signal());
            settle();
            assertThat(log).containsExactly("first");
            lock.withLock(() -> condition.signal(2));
            settle();
            assertThat(log).containsExactly("first", "second", "third");
            lock.withLock(() -> condition.signal(2));
            settle();
            assertThat(log).endsWith("fourth");
        });
    }

    @Test
    void signalAllWakesAll() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third")) {
                startWaiter(name);
            }
            lock.withLock(() -> condition.signalAll());
            settle();
            assertThat(log).containsExactly("first", "second", "third");
        });
    }

    @Test
    void signalledTaskWaitsForTheLockBehindThoseWhoCameBefore() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startWaiter("signalled");
            lock.acquire();
            start("came before", () -> lock.withLock(() -> log.add("came before")));
            condition.signal();
            assertThat(waiter.waitsFor()).isEqualTo("Lock[a] held by task 'main'");
            assertThat(condition.statistics().waiting()).isZero();

            lock.release();
            settle();

            assertThat(log).containsExactly("came before", "signalled");
        });
    }

    @Test
    void predicateWaitEndsWhenThePredicateIsTrue() throws Exception {
        int[] stock = {0};
        Loops.run(() -> {
            start(
                    "consumer",
                    () -> lock.withLock(() -> {
                        condition.await(() -> stock[0] >= 2);
                        log.add("got " + stock[0]);
                    }));
            for (int i = 0; i < 2; i++) {
                lock.withLock(() -> {
                    stock[0]++;
                    condition.signal();
                });
                settle();
            }
            lock.withLock(() -> condition.await(() -> true));

            assertThat(log).containsExactly("got 2");
        });
    }

    @Test
    void cancelledWaiterHoldsTheLockWhenItIsTold() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startWaiter("waiter");

            cancel(waiter);

            assertThat(log).containsExactly("waiter cancelled, lock held by task 'waiter'");
            assertThat(waiter.isCancelled()).isTrue();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void cancelledWaiterWaitsForTheLockUncancellably() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startWaiter("waiter");
            lock.acquire();

            waiter.cancel("once");
            settle();
            waiter.cancel("twice");
            settle();
            assertThat(waiter.isDone()).isFalse();
            assertThat(waiter.waitsFor()).isEqualTo("Lock[a] held by task 'main'");
            lock.release();
            settle();

            assertThat(waiter.isCancelled()).isTrue();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void waitThatTimesOutHoldsTheLockAgain() throws Exception {
        Loops.run(() -> lock.withLock(() -> {
            boolean completed = Async.moveOnAfter(Duration.ZERO, () -> condition.await());

            assertThat(completed).isFalse();
            assertThat(lock.statistics().owner()).isSameAs(Async.currentTask());
            assertThat(condition.statistics().waiting()).isZero();
        }));
    }

    @Test
    void signalIsNotLostToACancellationWhileTheLockIsAwaited() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startWaiter("waiter");
            lock.acquire();
            condition.signal();
            waiter.cancel("after the signal");
            settle();
            lock.release();
            settle();

            assertThat(log).as("the signal has been delivered").containsExactly("waiter");
        });
    }

    @Test
    void signalGoesToTheNextIfTheFirstWasCancelledBefore() throws Exception {
        Loops.run(() -> {
            Task<?> first = startWaiter("first");
            startWaiter("second");
            lock.acquire();
            first.cancel("before the signal");
            condition.signal();
            lock.release();
            settle();

            assertThat(log).contains("second");
        });
    }

    /** Acquires the lock and ends. */
    private static void breakIt(Lock lock) {
        start("forgetful", lock::acquire);
    }

    private Task<?> startDisappointed(String name) {
        return start(name, () -> {
            lock.acquire();
            assertThatIllegalStateException()
                    .isThrownBy(condition::await)
                    .withMessageContaining("task 'forgetful' ended without releasing Lock[a]");
            assertThat(lock.statistics().owner()).isNotSameAs(Async.currentTask());
        });
    }

    @Test
    void taskThatEndsWithTheLockSendsThoseAwayWhoWaitForASignal() throws Exception {
        Loops.run(() -> {
            Task<?> first = startDisappointed("first");
            Task<?> second = startDisappointed("second");

            breakIt(lock);

            assertThat(first.state()).isEqualTo(State.SUCCESS);
            assertThat(second.state()).isEqualTo(State.SUCCESS);
            assertThat(condition.statistics().waiting()).isZero();
        });
    }

    @Test
    void taskThatEndsWithTheLockSendsThoseAwayWhomItHasSignalled() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startDisappointed("waiter");

            start("forgetful", () -> {
                lock.acquire();
                condition.signal();
            });

            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
        });
    }

    @Test
    void cancelledWaiterThatCannotHaveTheLockAgainIsToldSo() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = start("waiter", () -> {
                lock.acquire();
                assertThatIllegalStateException()
                        .isThrownBy(condition::await)
                        .withMessageContaining("task 'forgetful' ended without releasing Lock[a]")
                        .satisfies(broken ->
                                assertThat(broken.getSuppressed()).hasExactlyElementsOfTypes(CancelledException.class));
            });
            var mayEnd = new Event();
            start("forgetful", () -> {
                lock.acquire();
                mayEnd.await();
            });
            cancel(waiter);
            assertThat(waiter.waitsFor()).isEqualTo("Lock[a] held by task 'forgetful'");

            mayEnd.set();
            settle();

            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
        });
    }

    @Test
    void signalsGoOnAfterAWaiterHasLeft() throws Exception {
        Loops.run(() -> {
            var other = new Condition(lock);
            Task<?> cancelled = startWaiter("cancelled");
            Task<?> ofOther = start("of the other", () -> lock.withLock(() -> other.await()));
            cancel(cancelled);
            startWaiter("waiter");

            lock.withLock(() -> condition.signalAll());
            lock.withLock(() -> other.signalAll());
            settle();

            assertThat(log).containsExactly("cancelled cancelled, lock held by task 'cancelled'", "waiter");
            assertThat(ofOther.state()).isEqualTo(State.SUCCESS);
        });
    }

    @Test
    void callsWithoutTheLockAreRejected() throws Exception {
        Loops.run(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(condition::await)
                    .withMessageContaining("await: task 'main' does not hold Lock[a]");
            assertThatIllegalStateException().isThrownBy(() -> condition.await(() -> true));
            assertThatIllegalStateException().isThrownBy(condition::signal);
            assertThatIllegalStateException().isThrownBy(condition::signalAll);
        });
    }

    @Test
    void conditionMakesItsOwnLockOrSharesOne() throws Exception {
        Loops.run(() -> {
            assertThat(condition.lock()).isSameAs(lock);
            assertThat(condition).hasToString("Condition of Lock[a]");
            var own = new Condition();
            assertThat(own.lock()).isNotSameAs(lock);
            own.lock().withLock(() -> own.signalAll());
        });
    }

    @Test
    void statisticsCountTheWaiters() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startWaiter("waiter");
            assertThat(condition.statistics()).isEqualTo(new Condition.Statistics(1, new Lock.Statistics(null, 0)));
            cancel(waiter);
            assertThat(condition.statistics().waiting()).isZero();
        });
    }
}
