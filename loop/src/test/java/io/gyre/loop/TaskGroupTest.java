package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskGroupTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    @Test
    void groupWithoutTasksEndsWithItsBlock() {
        assertThat(driven.<String>call(() -> TaskGroup.call(group -> "value"))).isEqualTo("value");
    }

    @Test
    void controlDoesNotLeaveTheBlockBeforeTheTasksAreDone() {
        Task<?> task = driven.start(() -> {
            TaskGroup.run(group -> {
                group.createTask(() -> sleep(ONE_SECOND));
                group.createTask(() -> sleep(ONE_SECOND.multipliedBy(2)));
                log.add("block ends");
            });
            log.add("group ends");
        });

        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("block ends");
        assertThat(task.waitsFor()).startsWith("the tasks of a group: [task-");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("block ends", "group ends");
    }

    @Test
    void blockAwaitsItsTasksByTheirHandles() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            Task<String> first = group.createTask(() -> {
                sleep(ONE_SECOND);
                return "a";
            });
            Task<String> second = group.createTask("second", () -> currentTask().name());
            return first.await() + " " + second.await();
        }));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("a second");
    }

    @Test
    void taskRunsInTheNextTickAtTheEarliest() {
        driven.run(() -> TaskGroup.run(group -> {
            group.createTask(() -> log.add("task"));
            log.add("block");
        }));

        assertThat(log).containsExactly("block", "task");
    }

    @Test
    void taskCreatesTasksInItsGroup() {
        driven.run(() -> TaskGroup.run(group -> group.createTask(() -> {
            yieldNow(); // the block has ended by now
            group.createTask(() -> {
                yieldNow();
                group.createTask(() -> log.add("grandchild"));
                log.add("child");
            });
        })));

        assertThat(log).containsExactly("child", "grandchild");
    }

    @Test
    void taskOfNoGroupMayCreateATaskInOne() {
        var groups = new ArrayList<TaskGroup<?>>();
        driven.start(() -> TaskGroup.run(group -> {
            groups.add(group);
            sleep(ONE_SECOND);
        }));

        driven.start(() -> groups.getFirst().createTask(() -> {
            sleep(ONE_SECOND.multipliedBy(2));
            log.add("done");
        }));
        driven.advance(ONE_SECOND);
        assertThat(loop.tasks()).hasSize(2);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("done");
        assertThat(loop.tasks()).isEmpty();
    }

    /** The last task is done, and its group about to go on, when another one comes. */
    @Test
    void callbackMayCreateATaskInAGroup() {
        driven.start(() -> {
            TaskGroup.run(group -> {
                group.createTask("keeps it open", () -> sleep(ONE_SECOND));
                loop.callSoon(() -> group.createTask(() -> {
                    sleep(ONE_SECOND.multipliedBy(2));
                    log.add("created by a callback");
                }));
            });
            log.add("group ends");
        });

        driven.advance(ONE_SECOND.multipliedBy(3));

        assertThat(log).containsExactly("created by a callback", "group ends");
    }

    @Test
    void taskThatIsCreatedAtTheLastMomentIsAwaited() {
        var groups = new ArrayList<TaskGroup<?>>();
        driven.run(() -> {
            Task<?> latecomer = createTask(() -> {
                yieldNow();
                yieldNow();
                groups.getFirst().createTask(() -> {
                    yieldNow();
                    log.add("late task done");
                });
            });
            TaskGroup.run(group -> {
                groups.add(group);
                Task<?> first = group.createTask(() -> yieldNow());
                first.whenDone(done -> log.add("first task done"));
            });
            log.add("group ends");
            latecomer.await();
        });

        assertThat(log).endsWith("group ends").contains("late task done");
    }

    @Test
    void groupThatHasEndedTakesNoTasks() {
        var groups = new ArrayList<TaskGroup<?>>();
        driven.run(() -> {
            TaskGroup.run(groups::add);
            assertThatIllegalStateException()
                    .isThrownBy(() -> groups.getFirst().createTask(() -> sleep(ONE_DAY)))
                    .withMessageContaining("has ended; create the task before");
            groups.getFirst().cancel("nothing to cancel");
            yieldNow();
        });
    }

    @Test
    void groupThatIsCancelledTakesTasksAndEntersThem() {
        driven.run(() -> TaskGroup.run(group -> {
            group.cancel("enough");
            group.createTask(() -> {
                log.add("entered");
                yieldNow();
                log.add("went on");
            });
        }));

        assertThat(log).containsExactly("entered");
    }

    @Test
    void tasksAreThoseThatAreNotDoneInOrderOfCreation() {
        driven.run(() -> TaskGroup.run(group -> {
            Task<?> a = group.createTask("a", () -> LowLevel.checkpoint());
            Task<?> b = group.createTask("b", () -> LowLevel.checkpoint());
            assertThat(group.tasks()).containsExactly(a, b);
            yieldNow();
            assertThat(group.tasks()).isEmpty();
        }));
    }

    @Test
    void taskThatIsCancelledAloneIsNoFailure() {
        driven.start(() -> {
            TaskGroup.run(group -> {
                Task<?> cancelled = group.createTask(() -> sleep(ONE_DAY));
                group.createTask(() -> {
                    sleep(ONE_SECOND);
                    log.add("sibling done");
                });
                yieldNow();
                cancelled.cancel("this one alone");
            });
            log.add("group ends");
        });

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("sibling done", "group ends");
    }

    @Test
    void awaitOfATaskThatIsCancelledAloneFailsTheBlock() {
        driven.run(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    Task<?> cancelled = group.createTask(() -> sleep(ONE_DAY));
                    cancelled.cancel("this one alone");
                    cancelled.await();
                }))
                .withCauseInstanceOf(CancelledException.class));
    }

    @Test
    void groupInAGroupEndsFirst() {
        driven.start(() -> TaskGroup.run(outer -> {
            outer.createTask(() -> {
                sleep(ONE_SECOND.multipliedBy(2));
                log.add("outer task");
            });
            TaskGroup.run(inner -> inner.createTask(() -> {
                sleep(ONE_SECOND);
                log.add("inner task");
            }));
            log.add("inner group");
        }));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("inner task", "inner group", "outer task");
    }

    @Test
    void groupOfATaskOfAGroupIsAGroup() {
        driven.run(() -> TaskGroup.run(outer -> outer.createTask(() -> TaskGroup.run(inner -> {
            inner.createTask(() -> log.add("grandchild"));
        }))));

        assertThat(log).containsExactly("grandchild");
    }

    @Test
    void deadlineOfTheGroupEndsItWithoutAnError() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            group.scope().setTimeout(ONE_SECOND);
            group.createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    log.add("cleaned up");
                }
            });
        }));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up");
        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void groupBelongsToItsLoop() {
        var groups = new ArrayList<TaskGroup<?>>();
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            groups.add(group);
            sleep(ONE_DAY);
        }));

        var other = OtherThread.run(() -> EventLoop.run(() -> assertThatExceptionOfType(WrongThreadException.class)
                .isThrownBy(() -> groups.getFirst().createTask(() -> log.add("never")))));

        assertThat(other).succeedsWithin(HandDrivenLoop.PATIENCE);
        task.cancel("over");
    }

    @Test
    void manyTasksAreAwaited() {
        int many = 10_000;
        driven.run(() -> TaskGroup.run(group -> {
            for (int i = 0; i < many; i++) {
                group.createTask(() -> {
                    yieldNow();
                    log.add("");
                });
            }
        }));

        assertThat(log).hasSize(many);
    }

    @Test
    void groupThatGoesOnLetsGoOfTasksThatAreDone() {
        var ended = new ArrayList<WeakReference<Task<?>>>();
        Task<?> runs = driven.start(() -> TaskGroup.run(group -> {
            ended.add(new WeakReference<>(group.createTask(() -> "result")));
            sleep(ONE_DAY);
        }));
        Task<?> calls = driven.start(() -> TaskGroup.call(group -> {
            ended.add(new WeakReference<>(group.createTask(() -> "result")));
            sleep(ONE_DAY);
            return "";
        }));
        assertThat(ended).hasSize(2);

        OtherThread.spinUntil(() -> {
            System.gc();
            return ended.stream().allMatch(reference -> reference.refersTo(null));
        });

        runs.cancel("test");
        calls.cancel("test");
        driven.settle();
    }
}
