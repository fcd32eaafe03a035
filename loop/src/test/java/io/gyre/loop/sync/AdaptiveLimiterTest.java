package io.gyre.loop.sync;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.Feature;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

final class AdaptiveLimiterTest {
    private static final Duration TARGET = Duration.ofMillis(20);
    private static final Duration QUICK = Duration.ofMillis(10);
    private static final Duration SLOW = Duration.ofMillis(21);

    private final AdaptiveLimiter limiter = new AdaptiveLimiter("work", 1, 100, TARGET);

    /** Does as much work at once as the limit allows. */
    private static void round(AdaptiveLimiter limiter, Duration each) {
        var round = new ArrayList<Task<?>>();
        for (int i = limiter.limit(); i > 0; i--) {
            round.add(createTask(() -> limiter.withToken(() -> sleep(each))));
        }
        round.forEach(Task::await);
    }

    private static void growTo(AdaptiveLimiter limiter, int limit) {
        while (limiter.limit() < limit) {
            round(limiter, QUICK);
        }
    }

    @LoopTest
    void limitRisesByAboutOneInEachRoundOfQuickWork(VirtualClock clock) {
        int rounds = 20;
        Duration end = QUICK.multipliedBy(rounds);
        var workers = new ArrayList<Task<?>>();
        for (int i = 0; i < 50; i++) {
            workers.add(createTask(() -> {
                while (clock.elapsed().compareTo(end) < 0) {
                    limiter.withToken(() -> sleep(QUICK));
                }
            }));
        }
        sleep(end);

        assertThat(limiter.limit()).isBetween(rounds * 3 / 4, rounds + 1);
        assertThat(limiter.statistics().decreases()).isZero();
        workers.forEach(Task::await);
    }

    @LoopTest
    void limitOfWhichLessThanHalfIsInUseStays() {
        for (int i = 0; i < 100; i++) {
            limiter.withToken(() -> sleep(QUICK));
        }

        assertThat(limiter.limit()).isEqualTo(3);
    }

    @LoopTest
    void slowRoundLowersTheLimitOnceByATenth() {
        growTo(limiter, 50);

        round(limiter, SLOW);

        assertThat(limiter.limit()).isEqualTo(45);
        assertThat(limiter.statistics()).isEqualTo(new AdaptiveLimiter.Statistics(45, 0, 0, 1));
        round(limiter, SLOW);
        assertThat(limiter.limit()).isEqualTo(40);
    }

    @LoopTest
    void limitStaysWithinItsBounds() {
        var narrow = new AdaptiveLimiter("narrow", 4, 5, TARGET);
        for (int i = 0; i < 10; i++) {
            round(narrow, QUICK);
        }
        assertThat(narrow.limit()).isEqualTo(5);

        for (int i = 0; i < 10; i++) {
            round(narrow, SLOW);
        }
        assertThat(narrow.limit()).isEqualTo(4);
        assertThat(narrow.statistics().decreases())
                .as("5 to 4.5, to 4.05, to 4")
                .isEqualTo(3);
    }

    @LoopTest
    void workThatFailsDoesNotRaiseTheLimitAndLowersItIfItIsSlow() {
        for (int i = 0; i < 10; i++) {
            fail(QUICK);
        }
        assertThat(limiter.limit()).isEqualTo(1);
        growTo(limiter, 10);

        fail(SLOW);

        assertThat(limiter.limit()).isEqualTo(9);
    }

    private void fail(Duration after) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> limiter.withToken(() -> {
                    sleep(after);
                    throw new IOException("broken");
                }));
    }

    @LoopTest
    void workBeyondTheLimitWaitsOrIsRefused() {
        Held held = limiter.hold();
        Task<?> waiting = createTask(() -> limiter.withToken(() -> {}));
        awaitAllTasksParked();

        assertThat(limiter.tryHold()).isEmpty();
        assertThat(waiting.waitsFor()).isEqualTo("a token of AdaptiveLimiter[work 1/1]");
        assertThat(limiter.statistics()).isEqualTo(new AdaptiveLimiter.Statistics(1, 1, 1, 0));

        held.close();
        waiting.await();
        Optional<Held> admitted = limiter.tryHold();
        assertThat(admitted).isPresent();
        admitted.orElseThrow().close();
        assertThat(limiter.statistics().running()).isZero();
    }

    @LoopTest
    void valuesThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new AdaptiveLimiter("a", 0, 1, TARGET));
        assertThatIllegalArgumentException().isThrownBy(() -> new AdaptiveLimiter("a", 2, 1, TARGET));
        assertThatIllegalArgumentException().isThrownBy(() -> new AdaptiveLimiter("a", 1, 1, Duration.ZERO));
    }

    /** A service that does ten pieces of work at once, each in 10 ms, is asked three times as often as it can answer. */
    @LoopTest
    @Feature("Adaptive concurrency limit (AIMD)")
    void serviceUnderThreeTimesItsLoadAnswersThoseWhoAreAdmittedInTime(VirtualClock clock) {
        var service = new CapacityLimiter("service", 10);
        List<Duration> answers = new ArrayList<>();
        List<Task<?>> requests = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            sleep(Duration.ofNanos(333_333));
            limiter.tryHold()
                    .ifPresent(held -> requests.add(createTask(() -> {
                        Duration begun = clock.elapsed();
                        try (held) {
                            service.withToken(() -> sleep(QUICK));
                        }
                        answers.add(clock.elapsed().minus(begun));
                    })));
        }
        requests.forEach(Task::await);

        assertThat(answers)
                .as("of the 10,000 that the service can answer in 10 s")
                .hasSizeGreaterThan(9_000);
        assertThat(answers)
                .allMatch(time -> time.compareTo(TARGET.multipliedBy(3).dividedBy(2)) < 0);
        assertThat(limiter.limit()).isBetween(10, 25);
    }
}
