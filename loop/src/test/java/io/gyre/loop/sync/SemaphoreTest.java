package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
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

class SemaphoreTest {
    private final Semaphore semaphore = new Semaphore("a", 3);
    private final List<String> log = new ArrayList<>();

    private Task<?> startAsking(String name, int permits) {
        return start(name, () -> {
            semaphore.acquire(permits);
            log.add(name);
        });
    }

    @Test
    void asManyAsThereArePermitsAreInside() throws Exception {
        int[] inside = {0, 0};
        Loops.run(() -> {
            for (int i = 0; i < 20; i++) {
                createTask(() -> semaphore.withPermit(() -> {
                    inside[1] = Math.max(inside[1], ++inside[0]);
                    yieldNow();
                    inside[0]--;
                }));
            }
        });

        assertThat(inside[1]).isEqualTo(3);
        assertThat(semaphore.permits()).isEqualTo(3);
    }

    @Test
    void manyPermitsAreTakenAllAtOnce() throws Exception {
        Loops.run(() -> {
            semaphore.acquire(2);
            startAsking("two", 2);
            assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(1, 1));

            semaphore.release();
            settle();

            assertThat(log).containsExactly("two");
            assertThat(semaphore.permits()).isZero();
        });
    }

    @Test
    void smallRequestsDoNotStarveALargeOne() throws Exception {
        Loops.run(() -> {
            semaphore.acquire(2);
            startAsking("large", 3);
            startAsking("small", 1);
            assertThat(semaphore.tryAcquire()).isFalse();
            semaphore.release(2);
            settle();
            assertThat(log).containsExactly("large");

            semaphore.release();
            settle();
            assertThat(log).containsExactly("large", "small");
        });
    }

    @Test
    void smallRequestsGetInWhenTheLargeOneBeforeThemIsCancelled() throws Exception {
        Loops.run(() -> {
            semaphore.acquire(1);
            Task<?> large = startAsking("large", 3);
            startAsking("small", 1);
            startAsking("another", 1);

            cancel(large);

            assertThat(log).containsExactly("small", "another");
            assertThat(semaphore.statistics()).isEqualTo(new Semaphore.Statistics(0, 0));
        });
    }

    @Test
    void releaseServesAllThatItCan() throws Exception {
        Loops.run(() -> {
            semaphore.acquire(3);
            for (String name : List.of("first", "second", "third")) {
                startAsking(name, 1);
            }
            semaphore.release(2);
            settle();
            assertThat(log).containsExactly("first", "second");
            semaphore.release();
        });
    }

    @Test
    void tryAcquireNeverWaits() throws Exception {
        Loops.run(() -> {
            assertThat(semaphore.tryAcquire(2)).isTrue();
            assertThat(semaphore.tryAcquire(2)).isFalse();
            assertThat(semaphore.tryAcquire()).isTrue();
            assertThat(semaphore.tryAcquire()).isFalse();
            assertThat(semaphore.permits()).isZero();
        });
    }

    @Test
    void anyTaskMayReleaseAndTheStockMayGrow() throws Exception {
        Loops.run(() -> {
            semaphore.release(2);
            assertThat(semaphore.permits()).isEqualTo(5);
        });
    }

    @Test
    void boundedSemaphoreRejectsReleasingTooMany() throws Exception {
        Loops.run(() -> {
            Semaphore bounded = Semaphore.bounded("b", 2);
            bounded.acquire();
            assertThatIllegalStateException()
                    .isThrownBy(() -> bounded.release(2))
                    .withMessageContaining("release of 2 would give Semaphore[b 1/2] more permits than 2");
            bounded.release();
            assertThatIllegalStateException().isThrownBy(bounded::release);
            assertThat(bounded.permits()).isEqualTo(2);
        });
    }

    @Test
    void requestsThatCanNeverBeMetAreRejected() throws Exception {
        Loops.run(() -> {
            Semaphore bounded = Semaphore.bounded(2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bounded.acquire(3))
                    .withMessageContaining("Semaphore[2/2] will never have 3 permits");
            assertThatIllegalArgumentException().isThrownBy(() -> bounded.tryAcquire(3));
            assertThatIllegalArgumentException().isThrownBy(() -> bounded.acquire(0));
            assertThatIllegalArgumentException().isThrownBy(() -> bounded.release(0));
            assertThatIllegalArgumentException().isThrownBy(() -> new Semaphore(-1));
        });
    }

    @Test
    void permitsDoNotOverflow() throws Exception {
        Loops.run(() -> {
            var full = new Semaphore(Integer.MAX_VALUE);
            assertThatIllegalStateException().isThrownBy(full::release);
        });
    }

    @Test
    void holdAndWithPermitGiveThePermitBack() throws Exception {
        Loops.run(() -> {
            try (var held = semaphore.hold()) {
                assertThat(held).isNotNull();
                assertThat(semaphore.permits()).isEqualTo(2);
            }
            String result = semaphore.withPermit(() -> "result");
            assertThat(result).isEqualTo("result");
            assertThat(semaphore.permits()).isEqualTo(3);
        });
    }

    @Test
    void waitReasonCountsThePermits() throws Exception {
        Loops.run(() -> {
            Task<?> waiter = startAsking("waiter", 4);
            assertThat(waiter.waitsFor()).isEqualTo("4 permits of Semaphore[a 3]");
            cancel(waiter);
        });
    }
}
