package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gyre.loop.sync.AdaptiveLimiter;
import io.gyre.loop.sync.CapacityLimiter;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.sync.Semaphore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls of the library at every depth near the end of the stack: they work or throw, and break nothing for the others. Calls
 * that start a thread are not among them: the JDK pins the caller meanwhile, for good if the stack overflows there.
 */
class StackTortureTest {
    private static final int ROUNDS = 1;
    private static final int SMALL_STACK = 256 << 10;
    private static final int DEPTHS = 100;

    /** What is called, for the test's own objects. */
    private static final class Calls {
        private final Queue<String> queue = new Queue<>(1);
        private final Map<String, VoidBody<Exception>> all = new LinkedHashMap<>();

        Calls() {
            Async.createTask(() -> {
                while (true) {
                    queue.get();
                }
            });
            all.put("sleep", () -> sleep(Duration.ofNanos(1)));
            all.put("yieldNow", () -> yieldNow());
            all.put("put", () -> queue.put(""));
            all.put("timeout", () -> Async.timeout(ONE_SECOND, () -> yieldNow()));
            all.put("moveOnAfter", () -> Async.moveOnAfter(Duration.ofNanos(1), () -> sleep(ONE_SECOND)));
            all.put("shield", () -> Async.shield(ONE_SECOND, () -> yieldNow()));
            all.put("callSoon", () -> EventLoop.current().callSoon(() -> {}));
            all.put("callLater", () -> EventLoop.current().callLater(ONE_SECOND, () -> {}));
        }
    }

    /** Calls itself until the stack is at its end, and tries a call there and at each depth above, until it succeeds. */
    @SuppressWarnings("InfiniteRecursion") // which is the point
    private static boolean descend(VoidBody<Exception> call, int padding) throws Exception {
        try {
            long[] frame = padding > 0 ? new long[] {padding} : null; // frames of two sizes
            return descend(call, frame == null ? 0 : padding - 1);
        } catch (StackOverflowError end) {
            call.run();
            return true;
        }
    }

    static Stream<String> calls() {
        try (var driven = new HandDrivenLoop()) {
            return driven.call(() -> new Calls().all.keySet()).stream();
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void callAtTheEndOfTheStackBreaksNothing(String name) throws Exception {
        var torture = new FutureTask<@Nullable Void>(() -> torture(name), null);
        new Thread(null, torture, "torture", SMALL_STACK).start(); // tasks run on the stack of whatever drives the loop
        torture.get();
    }

    private static void torture(String name) {
        var random = new Random(name.hashCode());
        try (var driven = new HandDrivenLoop(options -> options.withSlowStep(Duration.ZERO))) {
            Inhabitants inhabitants = driven.call(Inhabitants::new);
            Calls calls = driven.call(Calls::new);
            VoidBody<Exception> call = Objects.requireNonNull(calls.all.get(name));
            warmUp(driven, call);
            for (int round = 0; round < ROUNDS; round++) {
                int padding = random.nextInt(1_000);
                run(driven, () -> descend(call, padding));
            }
            inhabitants.assertAlive(() -> driven.advance(ONE_SECOND));
            assertThat(driven.takeFailures()).allSatisfy(failure -> assertThat(failure.exception())
                    .hasRootCauseInstanceOf(StackOverflowError.class));
            driven.run(() -> {
                calls.queue.put("");
                assertThat(Async.effectiveDeadline()).isEmpty();
            });
        }
    }

    /** A class or a lambda of the JDK that is first used without stack is lost for good, for everybody in the JVM. */
    private static void warmUp(HandDrivenLoop driven, VoidBody<Exception> call) {
        run(driven, call);
        run(
                driven,
                () -> CancelScope.run(scope -> {
                    scope.cancel("to warm up");
                    call.run();
                }));
    }

    private static void run(HandDrivenLoop driven, VoidBody<Exception> body) {
        Task<?> task = driven.loop.createTask(body);
        while (!task.isDone()) {
            driven.advance(ONE_SECOND);
        }
        task.resultNow();
    }

    static Stream<Arguments> borrowers() {
        return Stream.of(
                arguments("Lock.withLock", borrower(new Lock(), (lock, body) -> lock.withLock(body))),
                arguments("Lock.hold", borrower(new Lock(), (lock, body) -> {
                    try (var _ = lock.hold()) {
                        body.run();
                    }
                })),
                arguments("Semaphore.withPermit", borrower(new Semaphore(1), (one, body) -> one.withPermit(body))),
                arguments(
                        "CapacityLimiter.withToken",
                        borrower(new CapacityLimiter(1), (one, body) -> one.withToken(body))),
                arguments(
                        "AdaptiveLimiter.withToken",
                        borrower(
                                new AdaptiveLimiter("limiter", 1, 1, Duration.ofDays(1)),
                                (one, body) -> one.withToken(body))));
    }

    private interface Borrowing<P> {
        void with(P primitive, VoidBody<RuntimeException> body);
    }

    private interface Borrower {
        void run(VoidBody<RuntimeException> body);
    }

    private static <P> Borrower borrower(P primitive, Borrowing<P> borrowing) {
        return body -> borrowing.with(primitive, body);
    }

    /** What is still taken makes the next borrower fail (lock, limiter) or wait (semaphore). */
    @ParameterizedTest
    @MethodSource("borrowers")
    void bodyThatOverflowsGivesBackAtEveryDepth(String name, Borrower borrower) throws Exception {
        var torture = new FutureTask<@Nullable Void>(
                () -> {
                    try (var driven = new HandDrivenLoop()) {
                        driven.run(() -> borrower.run(() -> {})); // links what is used at the end of the stack
                        driven.loop.createTask(() -> {
                            while (true) { // so that a release has somebody to serve
                                borrower.run(() -> yieldNow());
                                yieldNow();
                            }
                        });
                        VoidBody<RuntimeException> overflowing = () -> borrower.run(() -> {
                            yieldNow();
                            overflow();
                        });
                        Task<?> task = driven.loop.createTask(
                                () -> assertThat(tryAtEachDepth(overflowing)).isEqualTo(DEPTHS));
                        driven.runUntil(task::isDone);
                        task.resultNow();
                    }
                },
                null);
        new Thread(null, torture, name, SMALL_STACK).start();
        torture.get();
    }

    /** {@return how many of the deepest frames have tried} More would take long: each step looks through the whole stack. */
    @SuppressWarnings("InfiniteRecursion") // which is the point
    private static int tryAtEachDepth(VoidBody<RuntimeException> call) {
        int tried = 0;
        try {
            tried = tryAtEachDepth(call);
        } catch (StackOverflowError end) {
            // the frames above try, too
        }
        if (tried == DEPTHS) {
            return tried;
        }
        try {
            call.run();
        } catch (StackOverflowError expected) {
            return tried + 1;
        }
        throw new AssertionError("the body has not overflowed the stack");
    }

    @SuppressWarnings("InfiniteRecursion") // which is the point
    private static int overflow() {
        return overflow() + 1;
    }

    @Test
    void recursionItselfReachesTheEnd() throws Exception {
        int[] calls = {0};

        assertThat(descend(() -> calls[0]++, 3)).isTrue();
        assertThat(calls[0]).isEqualTo(1);
    }
}
