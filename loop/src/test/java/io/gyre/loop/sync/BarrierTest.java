package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarrierTest {
    private final List<String> log = new ArrayList<>();
    private final Barrier barrier = new Barrier("a", 3, () -> log.add("action"));

    private Task<?> startParty(String name) {
        return start(name, () -> {
            try {
                log.add(name + " " + barrier.await());
            } catch (BarrierBrokenException e) {
                log.add(name + " broken");
            }
        });
    }

    @Test
    void allGoOnWhenTheLastHasArrivedAndTheActionHasRun() throws Exception {
        Loops.run(() -> {
            startParty("first");
            startParty("second");
            assertThat(log).isEmpty();
            startParty("third");

            assertThat(log.getFirst()).isEqualTo("action");
            assertThat(log).containsExactlyInAnyOrder("action", "first 0", "second 1", "third 2");
        });
    }

    @Test
    void barrierIsReusable() throws Exception {
        Loops.run(() -> {
            for (int party = 0; party < 3; party++) {
                createTask(() -> {
                    for (int round = 0; round < 3; round++) {
                        barrier.await();
                        log.add("round " + round);
                    }
                });
            }
            settle();

            assertThat(log)
                    .containsExactly(
                            "action", "round 0", "round 0", "round 0", "action", "round 1", "round 1", "round 1",
                            "action", "round 2", "round 2", "round 2");
        });
    }

    @Test
    void cancelledTaskLeavesWithoutAGapInTheIndices() throws Exception {
        Loops.run(() -> {
            Task<?> cancelled = startParty("cancelled");
            startParty("first");
            cancel(cancelled);
            assertThat(barrier.statistics()).isEqualTo(new Barrier.Statistics(3, 1, false));
            startParty("second");
            startParty("third");

            assertThat(log).containsExactlyInAnyOrder("action", "first 0", "second 1", "third 2");
        });
    }

    @Test
    void tasksThatComeWhileTheActionSuspendsBelongToTheNextRound() throws Exception {
        Loops.run(() -> {
            var slow = new Barrier("slow", 2, () -> {
                yieldNow();
                yieldNow();
                log.add("action");
            });
            for (String name : List.of("first", "second", "early for the next", "last")) {
                createTask(name, () -> {
                    slow.await();
                    log.add(name);
                });
            }
            settle();

            assertThat(log).hasSize(6);
            assertThat(log.subList(0, 3)).doesNotContain("early for the next");
            assertThat(slow.statistics().waiting()).isZero();
        });
    }

    @Test
    void abortBreaksItUntilReset() throws Exception {
        Loops.run(() -> {
            startParty("waiting");
            barrier.abort();
            settle();
            startParty("late");
            assertThat(log).containsExactly("waiting broken", "late broken");
            assertThat(barrier.isBroken()).isTrue();

            barrier.reset();
            for (int i = 0; i < 3; i++) {
                startParty("party");
            }
            assertThat(log).contains("action", "party 2");
        });
    }

    @Test
    void resetSendsThoseAwayWhoWait() throws Exception {
        Loops.run(() -> {
            startParty("waiting");
            barrier.reset();
            settle();
            assertThat(log).containsExactly("waiting broken");
            assertThat(barrier.isBroken()).isFalse();
        });
    }

    @Test
    void actionThatThrowsBreaksIt() throws Exception {
        Loops.run(() -> {
            var failing = new Barrier("failing", 2, () -> {
                throw new IllegalStateException("action failed");
            });
            start("waiting", () -> assertThatExceptionOfType(BarrierBrokenException.class)
                    .isThrownBy(failing::await)
                    .withMessageContaining("while task 'waiting' was waiting"));

            assertThatIllegalStateException().isThrownBy(failing::await).withMessage("action failed");
            settle();

            assertThat(failing.isBroken()).isTrue();
            assertThatExceptionOfType(BarrierBrokenException.class)
                    .isThrownBy(failing::await)
                    .withMessageContaining("Mend it with reset()");
        });
    }

    // ---- while the action suspends

    private final Event mayEnd = new Event("may end");
    private final Barrier slow = new Barrier("slow", 2, () -> {
        log.add("action begins");
        mayEnd.await();
    });

    private void startPartyOfSlow(String name) {
        start(name, () -> {
            try {
                log.add(name + " " + slow.await());
            } catch (BarrierBrokenException e) {
                log.add(name + " broken");
            }
        });
    }

    @Test
    void abortReachesThoseWhoseActionSuspends() throws Exception {
        Loops.run(() -> {
            startPartyOfSlow("waiting");
            startPartyOfSlow("acting");

            slow.abort();
            settle();
            assertThat(log).containsExactly("action begins", "waiting broken");
            mayEnd.set();
            settle();

            assertThat(log).containsExactly("action begins", "waiting broken", "acting broken");
            assertThat(slow.isBroken()).isTrue();
        });
    }

    @Test
    void resetReachesThoseWhoseActionSuspendsAndLetsTheNextRoundBegin() throws Exception {
        Loops.run(() -> {
            startPartyOfSlow("waiting");
            startPartyOfSlow("acting");
            startPartyOfSlow("early for the next");

            slow.reset();
            settle();
            assertThat(log).containsExactlyInAnyOrder("action begins", "waiting broken", "early for the next broken");
            mayEnd.set();
            settle();
            assertThat(log).endsWith("acting broken");

            startPartyOfSlow("first");
            startPartyOfSlow("second");
            assertThat(log).endsWith("action begins", "second 1", "first 0");
        });
    }

    @Test
    void eachOfTheRoundsWhoseActionsSuspendIsReached() throws Exception {
        Loops.run(() -> {
            for (int round = 1; round <= 2; round++) {
                startPartyOfSlow("waiting " + round);
                startPartyOfSlow("acting " + round);
            }

            slow.reset();
            mayEnd.set();
            settle();

            assertThat(log.subList(2, 6))
                    .containsExactlyInAnyOrder(
                            "waiting 1 broken", "acting 1 broken", "waiting 2 broken", "acting 2 broken");
        });
    }

    @Test
    void actionThatFailsAfterAResetBreaksNothing() throws Exception {
        Loops.run(() -> {
            startPartyOfSlow("waiting");
            Task<?> acting = start("acting", slow::await);
            slow.reset();
            startPartyOfSlow("first of the next");

            cancel(acting);
            assertThat(slow.isBroken()).isFalse();
            mayEnd.set();
            startPartyOfSlow("second of the next");

            assertThat(log).endsWith("second of the next 1", "first of the next 0");
        });
    }

    @Test
    void actionThatIsCancelledBreaksItForThoseWhoWait() throws Exception {
        Loops.run(() -> {
            startPartyOfSlow("waiting");
            Task<?> acting = start("acting", slow::await);

            cancel(acting);

            assertThat(log).containsExactly("action begins", "waiting broken");
            assertThat(slow.isBroken()).isTrue();
        });
    }

    @Test
    void barrierForOneOpensAtOnce() throws Exception {
        Loops.run(() -> {
            var one = new Barrier(1);
            assertThat(one.await()).isZero();
            assertThat(one.parties()).isEqualTo(1);
            assertThat(one).hasToString("Barrier[0/1]");
        });
    }

    @Test
    void barrierForNobodyIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Barrier(0));
    }
}
