package io.gyre.loop.sync;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.sync.Loops.cancel;
import static io.gyre.loop.sync.Loops.settle;
import static io.gyre.loop.sync.Loops.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapacityLimiterTest {
    private final CapacityLimiter limiter = new CapacityLimiter("a", 2);
    private final List<String> log = new ArrayList<>();

    private Task<?> startBorrowing(String borrower) {
        return start(borrower, () -> {
            limiter.acquireOnBehalfOf(borrower);
            log.add(borrower);
        });
    }

    @Test
    void tokensAreHandedOutInOrderOfArrival() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third", "fourth")) {
                startBorrowing(name);
            }
            assertThat(log).containsExactly("first", "second");

            limiter.releaseOnBehalfOf("second");
            assertThat(limiter.tryAcquire()).as("nobody overtakes").isFalse();
            limiter.releaseOnBehalfOf("first");
            settle();

            assertThat(log).containsExactly("first", "second", "third", "fourth");
        });
    }

    @Test
    void borrowerHasOneTokenAtTheMost() throws Exception {
        Loops.run(() -> {
            limiter.acquire();
            assertThatIllegalStateException()
                    .isThrownBy(limiter::acquire)
                    .withMessageContaining("task 'main' has a token of CapacityLimiter[a 1/2]");
            limiter.release();

            limiter.resize(0);
            Task<?> waiter = startBorrowing("waiter");
            assertThatIllegalStateException().isThrownBy(() -> limiter.tryAcquireOnBehalfOf("waiter"));
            cancel(waiter);
            assertThat(limiter.tryAcquireOnBehalfOf("waiter"))
                    .as("it waits no more")
                    .isFalse();
        });
    }

    @Test
    void releaseWithoutATokenIsRejected() throws Exception {
        Loops.run(() -> assertThatIllegalStateException()
                .isThrownBy(limiter::release)
                .withMessageContaining("task 'main' has no token of CapacityLimiter[a 0/2]"));
    }

    @Test
    void growingLetsWaitersIn() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third", "fourth")) {
                startBorrowing(name);
            }

            limiter.resize(4);
            settle();

            assertThat(limiter.total()).isEqualTo(4);
            assertThat(log).containsExactly("first", "second", "third", "fourth");
        });
    }

    @Test
    void shrinkingHandsNothingOutUntilEnoughHaveComeBack() throws Exception {
        Loops.run(() -> {
            for (String name : List.of("first", "second", "third")) {
                startBorrowing(name);
            }
            limiter.resize(1);
            assertThat(limiter.statistics().borrowed()).isEqualTo(2);

            limiter.releaseOnBehalfOf("first");
            settle();
            assertThat(log).containsExactly("first", "second");
            limiter.releaseOnBehalfOf("second");
            settle();
            assertThat(log).containsExactly("first", "second", "third");
        });
    }

    @Test
    void holdReturnsTheTokenEvenFromAnotherTask() throws Exception {
        Loops.run(() -> {
            Held held = limiter.hold();
            assertThat(limiter.statistics().borrowers()).containsExactly(currentTask());
            start("other", held::close);
            assertThat(limiter.statistics().borrowed()).isZero();
        });
    }

    @Test
    void withTokenReturnsTheResultAndTheToken() throws Exception {
        Loops.run(() -> {
            String result = limiter.withToken(() -> "result");
            assertThat(result).isEqualTo("result");
            limiter.withToken(() -> assertThat(limiter).hasToString("CapacityLimiter[a 1/2]"));
            assertThat(limiter.statistics().borrowed()).isZero();
        });
    }

    @Test
    void statisticsNameTheBorrowers() throws Exception {
        Loops.run(() -> {
            var one = new CapacityLimiter(1);
            assertThat(one.tryAcquireOnBehalfOf("borrower")).isTrue();
            Task<?> waiter = start("waiter", one::acquire);
            assertThat(one.statistics()).isEqualTo(new CapacityLimiter.Statistics(1, 1, List.of("borrower"), 1));
            cancel(waiter);
        });
    }

    @Test
    void negativeTotalIsRejected() throws Exception {
        Loops.run(() -> {
            assertThatIllegalArgumentException().isThrownBy(() -> new CapacityLimiter(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> limiter.resize(-1));
        });
    }
}
