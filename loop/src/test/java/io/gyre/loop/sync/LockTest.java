package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

class LockTest {
    private final Lock lock = new Lock("a");
    private final List<String> log = new ArrayList<>();

    @Test
    void onlyOneTaskAtATimeIsInside() throws Exception {
        int[] inside = {0};
        Loops.run(() -> {
            for (int i = 0; i < 20; i++) {
                createTask(() -> lock.withLock(() -> {
                    assertThat(++inside[0]).isEqualTo(1);
                    yieldNow();
                    inside[0]--;
                }));
            }
        });

        assertThat(lock.isLocked()).isFalse();
    }

    @Test
    void waitingTasksAreServedInOrderOfArrival() throws Exception {
        Loops.run(() -> {
            lock.acquire();
            for (String name : List.of("first", "second", "third")) {
                start(name, () -> lock.withLock(() -> log.add(name)));
            }

            lock.release();
            settle();

            assertThat(log).containsExactly("first", "second", "third");
        });
    }

    @Test
    void releaseHandsOverSoThatNobodyOvertakes() throws Exception {
        Loops.run(() -> {
            lock.acquire();
            Task<?> waiter = start("waiter", () -> lock.withLock(() -> log.add("waiter")));

            lock.release();

            assertThat(lock.statistics().owner()).isSameAs(waiter);
            assertThat(lock.tryAcquire()).isFalse();
            lock.withLock(() -> log.add("the one that released"));
            assertThat(log).containsExactly("waiter", "the one that released");
        });
    }

    @Test
    void tryAcquireNeverWaits() throws Exception {
        Loops.run(() -> {
            assertThat(lock.tryAcquire()).isTrue();
            Task<?> other = createTask(() -> lock.tryAcquire());
            assertThat(other.await()).isEqualTo(false);
            lock.release();
        });
    }

    @Test
    void holdReleasesAtTheEndOfTheTryStatement() throws Exception {
        Loops.run(() -> {
            try (var _ = lock.hold()) {
                assertThat(lock.isLocked()).isTrue();
            }
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void heldIsReleasedOnce() throws Exception {
        Loops.run(() -> {
            Held held = lock.hold();
            held.close();
            lock.acquire();

            held.close();

            assertThat(lock.isLocked()).isTrue();
            lock.release();
        });
    }

    @Test
    void withLockReturnsTheResultAndThrowsWhatTheBodyThrows() throws Exception {
        Loops.run(() -> {
            String result = lock.withLock(() -> "result");
            assertThat(result).isEqualTo("result");

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> lock.withLock(() -> {
                        throw new IOException("broken");
                    }));
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void acquireByTheOwnerIsRejected() throws Exception {
        Loops.run(() -> lock.withLock(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(lock::acquire)
                    .withMessageContaining("task 'main' holds Lock[a] already")
                    .withMessageContaining("Acquire the lock once");
            assertThatIllegalStateException().isThrownBy(lock::tryAcquire);
        }));
    }

    @Test
    void releaseByAnotherTaskIsRejected() throws Exception {
        Loops.run(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(lock::release)
                    .withMessageContaining("task 'main' does not hold Lock[a], nobody does");
            lock.acquire();
            start("other", () -> assertThatIllegalStateException()
                    .isThrownBy(lock::release)
                    .withMessageContaining("task 'other' does not hold Lock[a], task 'main' does"));
            assertThat(lock.isLocked()).isTrue();
            lock.release();
        });
    }

    /** The row "lock never released by exiting task". */
    @Test
    void lockNeverReleasedByExitingTaskIsAnErrorForTheNextOne() throws Exception {
        Loops.run(() -> {
            start("forgetful", lock::acquire);

            assertThatIllegalStateException()
                    .isThrownBy(lock::acquire)
                    .withMessageContaining("task 'forgetful' ended without releasing Lock[a]")
                    .withMessageContaining("Use withLock");
            assertThat(lock).hasToString("Lock[a] held by task 'forgetful', which is done");
        });
    }

    private Task<?> startWaiter(String name) {
        return start(name, () -> assertThatIllegalStateException()
                .isThrownBy(() -> lock.withLock(() -> log.add(name + " got it")))
                .withMessageContaining("task 'forgetful' ended without releasing Lock[a]")
                .withMessageContaining("Use withLock"));
    }

    @Test
    void lockNeverReleasedByExitingTaskIsAnErrorForThoseWhoWait() throws Exception {
        Loops.run(() -> {
            var mayEnd = new Event();
            start("forgetful", () -> {
                lock.acquire();
                mayEnd.await();
            });
            Task<?> first = startWaiter("first");
            Task<?> second = startWaiter("second");
            assertThat(first.waitsFor()).isEqualTo("Lock[a] held by task 'forgetful'");

            mayEnd.set();
            settle();

            assertThat(first.state()).isEqualTo(State.SUCCESS);
            assertThat(second.state()).isEqualTo(State.SUCCESS);
            assertThat(log).isEmpty();
            assertThat(lock.statistics().waiting()).isZero();
        });
    }

    @Test
    void ownerThatGotTheLockFromAnotherIsWatchedToo() throws Exception {
        Loops.run(() -> {
            lock.acquire();
            start("forgetful", lock::acquire);
            Task<?> waiter = startWaiter("waiter");

            lock.release();
            settle();

            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
        });
    }

    @Test
    void waiterThatWasCancelledDoesNotKeepTheOthersFromBeingTold() throws Exception {
        Loops.run(() -> {
            lock.acquire();
            Task<?> forgetful = start("forgetful", lock::acquire);
            Task<?> cancelled = start("cancelled", lock::acquire);
            Task<?> waiter = startWaiter("waiter");

            lock.release();
            cancelled.cancel("in the same tick");
            settle();

            assertThat(forgetful.isDone()).isTrue();
            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
        });
    }

    @Test
    void waiterThatIsCancelledInTheTickInWhichTheOwnerEndsIsCancelled() throws Exception {
        Loops.run(() -> {
            var mayEnd = new Event();
            start("forgetful", () -> {
                lock.acquire();
                mayEnd.await();
            });
            Task<?> waiter = start("waiter", lock::acquire);

            mayEnd.set();
            waiter.cancel("in the same tick");
            settle();

            assertThat(waiter.isCancelled()).isTrue();
        });
    }

    @Test
    void ownerThatEndsWhenNobodyWaitsAnyMoreHarmsNobody() throws Exception {
        Loops.run(() -> {
            Task<?> owner = start("owner", () -> lock.withLock(() -> yieldNow()));
            Task<?> waiter = start("waiter", () -> lock.withLock(() -> log.add("waiter")));
            settle();
            assertThat(owner.isDone()).isTrue();
            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
            lock.withLock(() -> log.add("main"));
            assertThat(log).containsExactly("waiter", "main");
        });
    }

    @Test
    void releaseOfABrokenLockSaysWhoHasBrokenIt() throws Exception {
        Loops.run(() -> {
            start("forgetful", lock::acquire);

            assertThatIllegalStateException()
                    .isThrownBy(lock::release)
                    .withMessageContaining("task 'forgetful' ended without releasing Lock[a]");
        });
    }

    /** A virtual thread of a task's own never counts as done, but its loop ends. */
    @Test
    void lockThatAGuestOfAClosedLoopHoldsIsBroken() throws Exception {
        Loops.run(() -> {
            Thread guest = Thread.ofVirtual().unstarted(lock::acquire);
            start("host", guest::start);
            guest.join();
        });

        Loops.run(() -> assertThatIllegalStateException()
                .isThrownBy(lock::acquire)
                .withMessageContaining("ended without releasing Lock[a]"));
    }

    @Test
    void ownerThatIsCancelledReleasesByItsTryStatement() throws Exception {
        Loops.run(() -> {
            Task<?> owner = start("owner", () -> lock.withLock(() -> new Event().await()));
            Task<?> waiter = start("waiter", () -> lock.withLock(() -> log.add("waiter")));

            cancel(owner);

            assertThat(waiter.isDone()).isTrue();
            assertThat(log).containsExactly("waiter");
        });
    }

    @Test
    void lockHandedToATaskThatIsCancelledGoesOnToTheNext() throws Exception {
        Loops.run(() -> {
            lock.acquire();
            Task<?> cancelled = start("cancelled", () -> lock.withLock(() -> yieldNow()));
            start("next", () -> lock.withLock(() -> log.add("next")));

            lock.release();
            cancelled.cancel("too late");
            settle();

            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(log).containsExactly("next");
        });
    }

    @Test
    void uncontendedAcquireLetsOthersRunNowAndThen() throws Exception {
        Loops.run(() -> {
            int[] turns = {0};
            Task<?> busy = createTask(() -> {
                for (int i = 0; i < 1_000; i++) {
                    lock.withLock(() -> {});
                }
            });
            while (!busy.isDone()) {
                turns[0]++;
                yieldNow();
            }
            assertThat(turns[0]).isGreaterThanOrEqualTo(7);
        });
    }

    @Test
    void releaseInACancelledTaskIsPossible() throws Exception {
        Loops.run(() -> {
            Task<?> task = start("task", () -> {
                lock.acquire();
                currentTask().cancel("by itself");
                lock.release();
                assertThatExceptionOfType(CancelledException.class).isThrownBy(lock::acquire);
            });
            assertThat(task.isDone()).isTrue();
            assertThat(lock.isLocked()).isFalse();
        });
    }

    @Test
    void lockMayBeUsedInCallbacks() throws Exception {
        Loops.run(() -> {
            EventLoop.current().callSoon(() -> lock.withLock(() -> log.add("callback")));
            settle();
            assertThat(log).containsExactly("callback");
        });
    }

    @Test
    void statisticsNameTheOwnerAndCountTheWaiters() throws Exception {
        Loops.run(() -> {
            assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(null, 0));
            lock.acquire();
            Task<?> waiter = start("waiter", lock::acquire);
            assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(currentTask(), 1));
            cancel(waiter);
            assertThat(lock.statistics()).isEqualTo(new Lock.Statistics(currentTask(), 0));
            lock.release();
        });
    }

    @Test
    void nameIsOptional() throws Exception {
        Loops.run(() -> {
            var unnamed = new Lock();
            assertThat(unnamed).hasToString("Lock");
            unnamed.acquire();
            assertThat(unnamed).hasToString("Lock held by task 'main'");
            unnamed.release();
            assertThat(lock).hasToString("Lock[a]");
        });
    }
}
