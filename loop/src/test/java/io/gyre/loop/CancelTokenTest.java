package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.testing.LoopTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

class CancelTokenTest {
    private final CancelToken token = new CancelToken();
    private final List<String> log = new ArrayList<>();

    @Test
    void cancellingTellsListenersOnceInOrder() {
        token.onCancel(() -> log.add("first"));
        token.onCancel(() -> log.add("second"));

        assertThat(token.cancel("enough")).isTrue();
        assertThat(token.cancel("more than enough")).isFalse();

        assertThat(log).containsExactly("first", "second");
        assertThat(token.isCancelled()).isTrue();
        assertThat(token.reason()).isEqualTo("enough");
        assertThat(token).hasToString("CancelToken[cancelled: enough]");
    }

    @Test
    void whoComesLateIsToldAtOnce() {
        token.cancel("enough");

        token.onCancel(() -> log.add("told"));

        assertThat(log).containsExactly("told");
    }

    @Test
    void registrationThatIsClosedIsNotTold() {
        token.onCancel(() -> log.add("told")).close();

        token.cancel("enough");

        assertThat(log).isEmpty();
    }

    @Test
    void childIsCancelledWithItsParentButNotTheOtherWayRound() {
        CancelToken first = token.child();
        CancelToken second = token.child();

        first.cancel("only this");
        assertThat(token.isCancelled()).isFalse();
        assertThat(second.isCancelled()).isFalse();

        token.cancel("all");
        assertThat(first.reason()).isEqualTo("only this");
        assertThat(second.reason()).isEqualTo("all");
        assertThat(second.child().reason()).as("of a child that comes late").isEqualTo("all");
    }

    @Test
    void childThatIsClosedGoesItsOwnWay() {
        CancelToken child = token.child();

        child.close();
        token.cancel("all");

        assertThat(child.isCancelled()).isFalse();
    }

    @Test
    void computationOutsideALoopCanAsk() {
        token.throwIfCancelled();
        token.cancel("enough");

        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(token::throwIfCancelled)
                .withMessage("enough");
    }

    @LoopTest
    void tokenEndsABlockOfATask() {
        Task<Boolean> task = createTask(() -> token.run(() -> sleep(ONE_DAY)));
        awaitAllTasksParked();

        token.cancel("enough");

        assertThat(task.await()).as("completed").isFalse();
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    @LoopTest
    void blockOfACancelledTokenIsEnteredAndEndedByItsFirstSuspendingCall() {
        token.cancel("enough");

        boolean completed = token.run(() -> {
            log.add("entered");
            sleep(ONE_DAY);
        });

        assertThat(completed).isFalse();
        assertThat(log).containsExactly("entered");
    }

    @LoopTest
    void blockThatIsCompletedNoLongerListens() {
        assertThat(token.run(() -> log.add("done"))).isTrue();

        token.cancel("too late");
        sleep(Duration.ofSeconds(1)); // is not cancelled

        assertThat(log).containsExactly("done");
    }

    @LoopTest
    void otherThreadsCancelTasksByIt() throws Exception {
        Task<Boolean> task = createTask(() -> token.run(() -> sleep(ONE_DAY)));
        awaitAllTasksParked();

        OtherThread.run(() -> token.cancel("enough")).get();

        assertThat(task.await()).isFalse();
    }

    @LoopTest
    void cancellationOfTheTaskIsNotTheTokens() {
        Task<Boolean> task = createTask(() -> token.run(() -> sleep(ONE_DAY)));
        awaitAllTasksParked();

        task.cancelAndJoin("test");

        assertThat(task.state()).isEqualTo(State.CANCELLED);
        assertThat(token.isCancelled()).isFalse();
    }

    @Test
    void listenerThatThrowsDoesNotKeepTheOthersFromBeingTold() {
        var boom = new IllegalStateException("boom");
        var another = new IllegalStateException("another");
        token.onCancel(() -> {
            throw boom;
        });
        token.child().onCancel(() -> log.add("told"));
        token.onCancel(() -> {
            throw another;
        });

        assertThatIllegalStateException()
                .isThrownBy(() -> token.cancel("enough"))
                .isSameAs(boom)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(another));

        assertThat(log).containsExactly("told");
    }

    @Test
    void chainOfAnyLengthIsTold() {
        CancelToken last = token;
        for (int i = 0; i < 100_000; i++) {
            last = last.child();
        }
        last.onCancel(() -> log.add("told"));

        token.cancel("enough");

        assertThat(log).containsExactly("told");
        assertThat(last.reason()).isEqualTo("enough");
    }

    @Test
    void listenersOfChildrenAreToldInTheirPlace() {
        token.onCancel(() -> log.add("first"));
        CancelToken child = token.child();
        child.onCancel(() -> log.add("of the child"));
        child.child().onCancel(() -> log.add("of the grandchild"));
        token.onCancel(() -> log.add("last"));

        token.cancel("enough");

        assertThat(log).containsExactly("first", "of the child", "of the grandchild", "last");
    }

    @Test
    void listenerThatComesWhileOthersAreToldIsToldAtOnce() {
        token.onCancel(() -> {
            token.onCancel(() -> log.add("newcomer"));
            token.child().onCancel(() -> log.add("of a new child"));
            log.add("first");
        });
        token.onCancel(() -> log.add("second"));

        token.cancel("enough");

        assertThat(log).containsExactly("newcomer", "of a new child", "first", "second");
    }

    @Test
    void listenerThatIsTakenBackWhileOthersAreToldIsNotTold() {
        var second = new ArrayList<CancelToken.Registration>();
        token.onCancel(() -> {
            log.add("first");
            second.getFirst().close();
        });
        second.add(token.onCancel(() -> log.add("second")));
        token.onCancel(() -> log.add("third"));

        token.cancel("enough");

        assertThat(log).containsExactly("first", "third");
    }

    @Test
    void childThatIsClosedWhileOthersAreToldGoesItsOwnWay() {
        var child = new ArrayList<CancelToken>();
        token.onCancel(() -> child.getFirst().close());
        child.add(token.child());

        token.cancel("enough");

        assertThat(child.getFirst().isCancelled()).isFalse();
    }

    @Test
    void listenerThatCancelsAgainChangesNothing() {
        CancelToken child = token.child();
        token.onCancel(() -> {
            log.add("again: " + token.cancel("again"));
            log.add("the child: " + child.cancel("by the listener"));
        });
        child.onCancel(() -> log.add("told"));

        token.cancel("enough");

        assertThat(log).containsExactly("told", "again: false", "the child: false");
        assertThat(child.reason()).isEqualTo("enough");
    }

    @Test
    void errorOfAListenerComesOutWhenAllAreTold() {
        var error = new StackOverflowError("deep in a listener");
        token.onCancel(() -> {
            throw error;
        });
        token.onCancel(() -> log.add("told"));

        assertThatThrownBy(() -> token.cancel("enough")).isSameAs(error);

        assertThat(log).containsExactly("told");
    }

    @Test
    void listenerThatComesLateAndThrowsFailsItsOwnCallAlone() {
        token.cancel("enough");

        assertThatIllegalStateException()
                .isThrownBy(() -> token.onCancel(() -> {
                    throw new IllegalStateException("boom");
                }))
                .withMessage("boom");
        token.onCancel(() -> log.add("told"));

        assertThat(log).containsExactly("told");
    }
}
