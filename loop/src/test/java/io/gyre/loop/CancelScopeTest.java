package io.gyre.loop;

import static io.gyre.loop.Async.checkCancelled;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class CancelScopeTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    @Test
    void blockThatIsLeftAloneIsCompleted() {
        assertThat(driven.<Boolean>call(() -> CancelScope.run(scope -> sleep(Duration.ZERO))))
                .isTrue();
    }

    @Test
    void cancelledBlockEndsAtItsNextCheckpoint() {
        driven.run(() -> {
            boolean completed = CancelScope.run(scope -> {
                log.add("cancelled " + scope.cancel("enough") + scope.isCancelled());
                sleep(ONE_DAY);
                log.add("went on");
            });
            log.add("completed " + completed);
            yieldNow();
            log.add("after");
        });

        assertThat(log).containsExactly("cancelled truetrue", "completed false", "after");
    }

    @Test
    void cancelWakesABlockThatIsParked() {
        var scopes = new ArrayList<CancelScope>();
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scopes.add(scope);
            sleep(ONE_DAY);
        }));

        scopes.getFirst().cancel("enough");
        driven.settle();

        assertThat(task.resultNow()).isFalse();
    }

    @Test
    void blockThatReachesItsEndAfterACancelIsCompleted() {
        assertThat(driven.<Boolean>call(() -> CancelScope.run(scope -> scope.cancel("too late"))))
                .isTrue();
    }

    @Test
    void cancelTwiceIsRefusedAndKeepsTheFirstReason() {
        driven.run(() -> CancelScope.run(scope -> {
            assertThat(scope.cancel("first")).isTrue();
            assertThat(scope.cancel("second")).isFalse();
            assertThatThrownBy(Async::checkCancelled).hasMessageContaining("first");
            assertThat(scope).asString().contains("cancelled: first");
        }));
    }

    @Test
    void cancelOfABlockThatHasEndedIsRefused() {
        var scopes = new ArrayList<CancelScope>();
        driven.run(() -> {
            CancelScope.run(scopes::add);
            assertThat(scopes.getFirst().cancel("late")).isFalse();
            scopes.getFirst().setTimeout(ONE_SECOND);
            assertThat(scopes.getFirst().isCancelled()).isFalse();
            yieldNow();
        });
    }

    @Test
    void cancellationIsRaisedAtEachCheckpointOfTheBlock() {
        driven.run(() -> CancelScope.run(scope -> {
            scope.cancel("enough");
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(CancelledException.class)
                        .isThrownBy(() -> sleep(ONE_DAY))
                        .withMessageContaining("enough");
            }
        }));
    }

    @Test
    void exceptionOfTheBlockPassesAsItIs() {
        var failure = new IOException("boom");

        driven.run(() -> assertThatThrownBy(() -> CancelScope.run(scope -> {
                    scope.cancel("enough");
                    throw failure;
                }))
                .isSameAs(failure));
    }

    @Test
    void innerScopeDoesNotSwallowTheCancellationOfTheOuterOne() {
        driven.run(() -> {
            boolean outerCompleted = CancelScope.run(outer -> {
                CancelScope.run(inner -> {
                    outer.cancel("outer");
                    sleep(ONE_DAY);
                });
                log.add("between");
            });
            log.add("outer completed " + outerCompleted);
        });

        assertThat(log).containsExactly("outer completed false");
    }

    @Test
    void outerScopeGoesOnAfterTheCancellationOfTheInnerOne() {
        driven.run(() -> {
            boolean outerCompleted = CancelScope.run(outer -> {
                boolean innerCompleted = CancelScope.run(inner -> {
                    inner.cancel("inner");
                    sleep(ONE_DAY);
                });
                sleep(Duration.ZERO);
                log.add("inner completed " + innerCompleted);
            });
            log.add("outer completed " + outerCompleted);
        });

        assertThat(log).containsExactly("inner completed false", "outer completed true");
    }

    @Test
    void cancellationOfBothScopesLeavesBoth() {
        driven.run(() -> {
            boolean outerCompleted = CancelScope.run(outer -> {
                CancelScope.run(inner -> {
                    inner.cancel("inner");
                    outer.cancel("outer");
                    sleep(ONE_DAY);
                });
                log.add("between");
            });
            log.add("outer completed " + outerCompleted);
        });

        assertThat(log).containsExactly("outer completed false");
    }

    /** The exception that is on its way names the inner scope; the outer one catches up at the next checkpoint. */
    @Test
    void outerScopeThatIsCancelledWhileTheInnerOneCleansUpIsCancelledToo() {
        driven.run(() -> {
            boolean outerCompleted = CancelScope.run(outer -> {
                boolean innerCompleted = CancelScope.run(inner -> {
                    inner.cancel("inner");
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        outer.cancel("outer");
                    }
                });
                log.add("inner completed " + innerCompleted);
                sleep(ONE_DAY);
                log.add("went on");
            });
            log.add("outer completed " + outerCompleted);
        });

        assertThat(log).containsExactly("inner completed false", "outer completed false");
    }

    @Test
    void scopeOpenedInACancelledBlockIsCancelledFromTheStart() {
        driven.run(() -> CancelScope.run(outer -> {
            outer.cancel("enough");
            CancelScope.run(inner -> {
                assertThat(inner.isCancelled()).isFalse();
                assertThatExceptionOfType(CancelledException.class).isThrownBy(Async::checkCancelled);
            });
        }));
    }

    @Test
    void scopeDoesNotSwallowTheCancellationOfTheTask() {
        Task<?> task = driven.start(() -> CancelScope.run(scope -> sleep(ONE_DAY)));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void scopeDoesNotSwallowTheCancellationOfAnotherTask() {
        Task<?> other = loop.createTask(() -> {
            sleep(ONE_DAY);
            return "";
        });
        driven.start(() -> CancelScope.run(scope -> {
            scope.cancel("mine");
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> CancelScope.run(inner -> Async.shield(ONE_DAY, other::await)));
        }));

        other.cancel("other");
        driven.settle();
    }

    @Test
    void deadlineCancelsTheBlock() {
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scope.setTimeout(ONE_SECOND);
            assertThat(scope.deadline()).hasValue(loop.time() + ONE_SECOND.toNanos());
            sleep(ONE_DAY);
        }));

        driven.advance(ONE_SECOND.minusNanos(1));
        assertThat(task.isDone()).isFalse();
        driven.advance(Duration.ofNanos(1));

        assertThat(task.resultNow()).isFalse();
    }

    @Test
    void deadlineCanBeMovedOn() {
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scope.setTimeout(ONE_SECOND);
            sleep(ONE_SECOND.minusNanos(1));
            scope.setTimeout(ONE_SECOND);
            sleep(ONE_SECOND.minusNanos(1));
        }));

        driven.advance(ONE_SECOND.minusNanos(1));
        driven.advance(ONE_SECOND.minusNanos(1));

        assertThat(task.resultNow()).isTrue();
    }

    @Test
    void deadlineCanBeMovedForward() {
        var scopes = new ArrayList<CancelScope>();
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scopes.add(scope);
            scope.setTimeout(ONE_DAY);
            sleep(ONE_DAY.multipliedBy(2));
        }));

        scopes.getFirst().setTimeout(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isFalse();
    }

    @Test
    void deadlineCanBeTakenBack() {
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scope.setTimeout(ONE_SECOND);
            scope.clearDeadline();
            assertThat(scope.deadline()).isEmpty();
            sleep(ONE_DAY);
        }));

        driven.advance(ONE_DAY);

        assertThat(task.resultNow()).isTrue();
    }

    @Test
    void deadlineThatHasPassedCancelsAtOnce() {
        driven.run(() -> CancelScope.run(scope -> {
            scope.setDeadline(loop.time() - 1);
            assertThat(scope.isCancelled()).isTrue();
            scope.setTimeout(ONE_DAY);
            assertThat(scope.deadline()).as("too late to move it").isEmpty();
        }));
    }

    @Test
    void effectiveDeadlineIsTheEarliestAround() {
        driven.run(() -> {
            assertThat(Async.effectiveDeadline()).isEqualTo(OptionalLong.empty());
            CancelScope.run(outer -> CancelScope.run(middle -> CancelScope.run(inner -> {
                assertThat(Async.effectiveDeadline()).isEmpty();
                inner.setTimeout(Duration.ofSeconds(2));
                outer.setTimeout(Duration.ofSeconds(3));
                assertThat(Async.effectiveDeadline()).isEqualTo(inner.deadline());
                middle.setTimeout(ONE_SECOND);
                assertThat(Async.effectiveDeadline()).isEqualTo(middle.deadline());
            })));
            assertThat(Async.effectiveDeadline()).isEmpty();
        });
    }

    @Test
    void effectiveDeadlineEndsAtAShield() {
        driven.run(() -> CancelScope.run(scope -> {
            scope.setTimeout(ONE_SECOND);
            Async.shield(ONE_DAY, () -> assertThat(Async.effectiveDeadline()).isEmpty());
            assertThat(Async.effectiveDeadline()).isPresent();
        }));
    }

    @Test
    void effectiveDeadlineOfAGroupReachesItsTasks() {
        driven.run(() -> TaskGroup.run(group -> {
            group.scope().setTimeout(ONE_SECOND);
            group.createTask(() -> {
                assertThat(Async.effectiveDeadline()).isEqualTo(group.scope().deadline());
            });
        }));
    }

    private void assertNoTimeLeft() {
        assertThat(Async.effectiveDeadline()).hasValue(loop.time());
    }

    @Test
    void inACancelledScopeNoTimeIsLeft() {
        driven.run(() -> CancelScope.run(outer -> {
            outer.setTimeout(ONE_DAY);
            CancelScope.run(inner -> {
                inner.cancel("enough");
                assertNoTimeLeft();
                CancelScope.run(innermost -> {
                    innermost.setTimeout(ONE_SECOND);
                    assertNoTimeLeft();
                });
            });
            assertThat(Async.effectiveDeadline()).isEqualTo(outer.deadline());
        }));
    }

    @Test
    void afterATimeOutNoTimeIsLeftToCleanUp() {
        Task<?> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> {
            try {
                sleep(ONE_DAY);
            } finally {
                assertNoTimeLeft();
                log.add("cleaned up");
            }
        }));

        driven.advance(ONE_SECOND.multipliedBy(5));

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void afterATimeOutOfNothingNoTimeIsLeft() {
        driven.run(() -> moveOnAfter(Duration.ZERO, this::assertNoTimeLeft));
    }

    @Test
    void afterATimeOutThatHasNotBeenNoticedYetNoTimeIsLeft() {
        driven.run(() -> moveOnAfter(ONE_SECOND, () -> {
            driven.ticker.advance(ONE_SECOND.multipliedBy(2));
            assertThat(Async.effectiveDeadline().orElseThrow() - loop.time()).isNegative();
        }));
    }

    @Test
    void inACancelledTaskNoTimeIsLeftButBehindAShield() {
        driven.start(() -> {
            currentTask().cancel("enough");
            assertNoTimeLeft();
            shield(ONE_DAY, () -> assertThat(Async.effectiveDeadline()).isEmpty());
            assertNoTimeLeft();
            log.add("asked");
        });

        assertThat(log).containsExactly("asked");
    }

    @Test
    void inACancelledGroupNoTimeIsLeftForItsTasks() {
        driven.run(() -> TaskGroup.run(group -> {
            group.createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    assertNoTimeLeft();
                    log.add("cleaned up");
                }
            });
            yieldNow();
            group.cancel("enough");
        }));

        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void scopeOfATaskDoesNotReachTheTasksThatItCreates() {
        Task<Task<String>> task = driven.start(() -> {
            var created = new ArrayList<Task<String>>();
            CancelScope.run(scope -> {
                created.add(createTask(() -> {
                    sleep(ONE_SECOND);
                    return "alive";
                }));
                scope.cancel("mine alone");
                checkCancelled();
            });
            return created.getFirst();
        });

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow().resultNow()).isEqualTo("alive");
    }

    @Test
    void cancellationSetsNoInterruptStatusInATaskThatRuns() {
        driven.run(() -> CancelScope.run(scope -> {
            scope.cancel("enough");
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }));
    }

    @Test
    void interruptStatusThatWasRestoredDoesNotLeaveTheScope() {
        Task<?> task = driven.start(() -> {
            boolean completed = CancelScope.run(scope -> {
                scope.setTimeout(ONE_SECOND);
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    shield(ONE_DAY, () -> sleep(ONE_SECOND));
                    Thread.currentThread().interrupt();
                    shield(ONE_DAY, () -> sleep(ONE_SECOND));
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("as one should", e);
                }
            });
            log.add("completed: " + completed + ", interrupted: "
                    + Thread.currentThread().isInterrupted());
            sleep(ONE_SECOND);
            log.add("went on");
        });

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("completed: false, interrupted: false", "went on");
        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void checkpointTakesTheInterruptFlagAway() {
        driven.run(() -> CancelScope.run(scope -> {
            scope.cancel("enough");
            assertThatThrownBy(Async::checkCancelled).isInstanceOf(CancelledException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }));
    }

    @Test
    void callbackMayHaveAScope() {
        loop.callSoon(() -> log.add("completed "
                + CancelScope.run(scope -> {
                    scope.setTimeout(ONE_SECOND);
                    sleep(ONE_DAY);
                })));
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("completed false");
    }

    @Test
    void scopeBelongsOnTheLoopThread() {
        var scopes = new ArrayList<CancelScope>();
        Task<?> task = driven.start(() -> CancelScope.run(scope -> {
            scopes.add(scope);
            sleep(ONE_DAY);
        }));

        var other = OtherThread.run(() -> {
            assertThatExceptionOfType(WrongThreadException.class)
                    .isThrownBy(() -> scopes.getFirst().cancel("from outside"));
            assertThatExceptionOfType(WrongThreadException.class)
                    .isThrownBy(() -> scopes.getFirst().setTimeout(ONE_DAY));
            assertThatExceptionOfType(WrongThreadException.class)
                    .isThrownBy(() -> scopes.getFirst().clearDeadline());
        });

        assertThat(other).succeedsWithin(HandDrivenLoop.PATIENCE);
        task.cancel("over");
    }

    /** Both requests are pending when the body ends; it is the task that was asked first. */
    @Test
    void taskThatIsCancelledWhileItCleansUpFromAnotherCancellationEndsCancelled() {
        driven.run(() -> {
            var children = new ArrayList<Task<?>>();
            TaskGroup.run(group -> {
                children.add(group.createTask(() -> {
                    currentTask().cancel("the task alone");
                    try {
                        checkCancelled();
                    } finally {
                        group.cancel("the whole group");
                    }
                }));
            });
            log.add(children.getFirst().state().toString());
        });

        assertThat(log).containsExactly(State.CANCELLED.toString());
    }

    // ---- a request from outside while control leaves a scope

    @Test
    void outerCancellationWhileTheInnerOneIsCleanedUpAfterInterruptsTheNextBlockingCall() {
        var cleanUp = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        Task<?> task = driven.start(() -> {
            CancelScope.run(inner -> {
                inner.setTimeout(ONE_SECOND);
                try {
                    sleep(ONE_DAY);
                } finally {
                    cleanUp.await();
                    log.add("cleaned up in peace");
                }
            });
            never.await();
        });
        driven.advance(ONE_SECOND);

        task.cancel("outer");
        driven.settle();
        cleanUp.countDown();
        driven.settle();

        assertThat(log).containsExactly("cleaned up in peace");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void outerCancellationWhileTheInnerOneIsCleanedUpAfterInAShieldInterruptsTheNextBlockingCall() {
        var never = new CountDownLatch(1);
        Task<?> task = driven.start(() -> {
            moveOnAfter(ONE_SECOND, () -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    shield(ONE_DAY, () -> sleep(ONE_SECOND));
                    log.add("cleaned up");
                }
            });
            never.await();
        });
        driven.advance(ONE_SECOND);

        task.cancel("outer");
        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationWhileACancelledGroupAwaitsItsTasksInterruptsTheNextBlockingCall() {
        var never = new CountDownLatch(1);
        Task<?> task = driven.start(() -> {
            TaskGroup.run(group -> {
                group.createTask(() -> {
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        shield(ONE_DAY, () -> sleep(ONE_SECOND));
                        log.add("cleaned up");
                    }
                });
                yieldNow();
                group.cancel("enough");
                sleep(ONE_DAY);
            });
            log.add("left the group");
            never.await();
        });

        task.cancel("outer");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up", "left the group");
        assertThat(task.isCancelled()).isTrue();
    }
}
