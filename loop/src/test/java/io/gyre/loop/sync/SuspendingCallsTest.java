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

import io.gyre.loop.CancelScope;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for each call of this package that suspends. */
class SuspendingCallsTest {
    private static final String ALL = "io.gyre.loop.sync.Scenario#all";

    private final List<String> log = new ArrayList<>();

    private Task<?> startWaiter(String name, Scenario.Step step) {
        return start(name, () -> {
            step.call().run();
            log.add(name + " got it");
            yieldNow();
            log.add(name + " went on");
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void callWaitsWithAReasonUntilItsWaitIsEnded(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> waiter = startWaiter("waiter", step);
            assertThat(waiter.waitsFor()).isEqualTo(scenario.reason());
            assertThat(step.waiting().get()).isEqualTo(1);

            step.unblock().run();
            settle();

            assertThat(log).containsExactly("waiter got it", "waiter went on");
            assertThat(step.waiting().get()).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void cancelBeforeTheCallIsRaisedByItAndTakesNothing(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> cancelled = start("cancelled", () -> {
                currentTask().cancel("early");
                step.call().run();
                log.add("went on");
            });

            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(log).isEmpty();
            assertThat(step.waiting().get()).isZero();
            assertThatNextOneGetsIt(step);
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void cancelWhileParkedLeavesNothingBehind(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> cancelled = startWaiter("cancelled", step);

            cancel(cancelled);

            assertThat(cancelled.isCancelled()).isTrue();
            assertThat(log).isEmpty();
            assertThat(step.waiting().get()).isZero();
            assertThatNextOneGetsIt(step);
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void cancelInTheTickOfTheValueComesTooLate(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> waiter = startWaiter("waiter", step);

            step.unblock().run();
            waiter.cancel("too late for the value");
            settle();

            assertThat(log).containsExactly("waiter got it");
            assertThat(waiter.isCancelled()).as("at the next checkpoint").isTrue();
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void cancelBeforeTheValueInOneTickLeavesItToTheNext(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> cancelled = startWaiter("cancelled", step);

            cancelled.cancel("just in time");
            assertThatNextOneGetsIt(step);

            assertThat(cancelled.isCancelled()).isTrue();
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void scopeThatIsCancelledEndsTheWaitAndNotTheTask(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            var scopes = new ArrayList<CancelScope>();
            Task<?> waiter = start("waiter", () -> {
                boolean completed = CancelScope.run(scope -> {
                    scopes.add(scope);
                    step.call().run();
                });
                yieldNow();
                log.add("completed: " + completed);
            });

            scopes.getFirst().cancel("a time-out");
            settle();

            assertThat(log).containsExactly("completed: false");
            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
            assertThat(step.waiting().get()).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void scopeThatIsCancelledInTheTickOfTheValueComesTooLate(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            var scopes = new ArrayList<CancelScope>();
            start("waiter", () -> {
                boolean completed = CancelScope.run(scope -> {
                    scopes.add(scope);
                    step.call().run();
                });
                yieldNow();
                log.add("completed: " + completed);
            });

            step.unblock().run();
            scopes.getFirst().cancel("a time-out");
            settle();

            assertThat(log).containsExactly("completed: true");
        });
    }

    private void assertThatNextOneGetsIt(Scenario.Step step) {
        startWaiter("next", step);
        assertThat(log).isEmpty();
        step.unblock().run();
        settle();
        assertThat(log).containsExactly("next got it", "next went on");
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void oneInTheMiddleMayLeave(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> first = start("first", () -> step.call().run());
            Task<?> middle = start("middle", () -> step.call().run());
            Task<?> last = start("last", () -> step.call().run());
            int waiting = step.waiting().get();

            cancel(middle);
            assertThat(step.waiting().get()).isIn(waiting - 1, waiting);
            cancel(last);
            cancel(first);

            assertThat(step.waiting().get()).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void interruptIsACancellation(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            var thread = new Thread[1];
            Task<?> waiter = start("waiter", () -> {
                thread[0] = Thread.currentThread();
                assertThatExceptionOfType(CancelledException.class)
                        .isThrownBy(() -> step.call().run());
            });

            thread[0].interrupt();
            settle();

            assertThat(waiter.isDone()).isTrue();
            assertThat(waiter.state()).isEqualTo(State.SUCCESS);
            assertThat(step.waiting().get()).isZero();
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void callOutsideATaskIsRejected(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();

            Loops.inOtherThread(() -> assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> step.call().run())
                    .isInstanceOfAny(IllegalStateException.class, WrongThreadException.class));
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void callInATaskOfAnotherLoopIsRejected(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Task<?> waiter = start("waiter", () -> step.call().run());

            Loops.inOtherThread(() -> EventLoop.run(() -> assertThatExceptionOfType(WrongLoopException.class)
                    .isThrownBy(() -> step.call().run())
                    .withMessageContaining("belongs to EventLoop[test]")));

            cancel(waiter);
        });
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void closingTheLoopEndsTheWait(Scenario scenario) {
        EventLoop.run(() -> start("owner of what is waited for", () -> {
            Scenario.Step step = scenario.setUp().get();
            createTask("left", () -> {
                try {
                    step.call().run();
                } catch (CancelledException e) {
                    log.add("cancelled");
                    throw e;
                }
            });
            new Event().await();
        }));

        assertThat(log).containsExactly("cancelled");
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void guestThreadOfATaskMayWaitToo(Scenario scenario) throws Exception {
        Loops.run(() -> {
            Scenario.Step step = scenario.setUp().get();
            Thread guest = Thread.ofVirtual().unstarted(() -> {
                step.call().run();
                log.add("guest got it");
            });
            Task<?> host = start("host", guest::start);
            assertThat(step.waiting().get()).isEqualTo(1);

            step.unblock().run();
            guest.join();

            assertThat(log).containsExactly("guest got it");
            assertThat(host.isDone()).isTrue();
            assertThatIllegalStateException().isThrownBy(host::exceptionNow);
        });
    }
}
