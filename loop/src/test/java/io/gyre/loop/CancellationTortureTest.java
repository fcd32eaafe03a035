package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Future.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operation that suspends, cancelled in each state by each kind of canceller, among tasks in random order. Afterwards
 * nothing is left behind, nothing is lost, and nothing was cancelled that should not have been.
 */
class CancellationTortureTest {
    /** For each kind of operation: they are shared out among the moments and cancellers. */
    private static final int SEEDS = 1_000;

    /**
     * For each combination of kind, moment and canceller, if it is set. Large numbers need
     * {@code -Djunit.jupiter.execution.timeout.mode=disabled}, too.
     */
    private static final @Nullable Integer SEEDS_OF_A_COMBINATION = Integer.getInteger("gyre.torture.seeds");

    /** Before any sleep of an operation ends. */
    private enum Moment {
        BEFORE_IT_BEGINS,
        PARKED,
        COMPLETING
    }

    private enum Canceller {
        ITSELF,
        SIBLING,
        SCOPE,
        DEADLINE,
        OTHER_THREAD;

        boolean hasScope() {
            return this == SCOPE || this == DEADLINE;
        }
    }

    static List<SuspendingOperation.Kind> kinds() {
        return SuspendingOperation.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void cancellationLeavesNothingBehindAndLosesNothing(SuspendingOperation.Kind kind) {
        int combination = 0;
        for (Moment moment : Moment.values()) {
            for (Canceller canceller : Canceller.values()) {
                torture(kind, moment, canceller, combination++);
            }
        }
    }

    private static void torture(SuspendingOperation.Kind kind, Moment moment, Canceller canceller, int combination) {
        boolean all = SEEDS_OF_A_COMBINATION != null;
        int end = all ? SEEDS_OF_A_COMBINATION : SEEDS;
        int step = all ? 1 : Moment.values().length * Canceller.values().length;
        for (int seed = all ? 0 : combination; seed < end; seed += step) {
            try {
                new Run(kind, moment, canceller, seed).run();
            } catch (Throwable failure) {
                String run = kind + ", " + moment + ", cancelled by " + canceller + ", seed " + seed;
                throw new AssertionError(run + ": " + failure, failure);
            }
        }
    }

    /** One operation that is cancelled once. */
    private static final class Run {
        private final Moment moment;
        private final Canceller canceller;
        private final Random random;
        private final HandDrivenLoop driven;
        private final EventLoop loop;
        private final SuspendingOperation operation;
        private final List<VoidBody<Exception>> competitors = new ArrayList<>();
        private @Nullable Task<?> victim;
        private @Nullable CancelScope scope;
        private @Nullable Object value;
        private boolean cancelled;
        private boolean wentOn;
        private boolean completed;

        Run(SuspendingOperation.Kind kind, Moment moment, Canceller canceller, int seed) {
            this.moment = moment;
            this.canceller = canceller;
            this.random = new Random(
                    31L * kind.name().hashCode() + 17L * seed + canceller.name().hashCode());
            this.driven =
                    new HandDrivenLoop(options -> options.withRandomOrder(seed).withSlowStep(Duration.ZERO));
            this.loop = driven.loop;
            this.operation = kind.maker().apply(driven);
        }

        void run() throws Exception {
            try {
                begin();
                if (moment != Moment.BEFORE_IT_BEGINS) {
                    interfere();
                }
                end();
                assertOutcome();
                assertNothingIsLeft();
            } finally {
                loop.close();
            }
            driven.close();
        }

        // ---- the task that is cancelled

        private void begin() throws Exception {
            competitors.add(() -> victim = loop.createTask(this::body));
            addBystanders();
            runCompetitors();
            if (moment == Moment.BEFORE_IT_BEGINS && !canceller.hasScope() && canceller != Canceller.ITSELF) {
                cancelTask();
            }
            driven.settle();
        }

        private String body() throws Exception {
            if (canceller == Canceller.ITSELF) {
                cancelMyself();
            }
            if (canceller.hasScope()) {
                cancelled = !CancelScope.run(this::block);
                assertThat(Thread.currentThread().isInterrupted())
                        .as("interrupt flag behind the scope")
                        .isFalse();
            } else {
                callOperation();
            }
            yieldNow();
            LowLevel.checkpoint();
            wentOn = true;
            return "went on";
        }

        private void cancelMyself() {
            Task<?> self = currentTask();
            if (moment == Moment.BEFORE_IT_BEGINS) {
                self.cancel("by itself");
            } else {
                loop.callLater(ONE_HOUR, () -> self.cancel("by a timer of its own"));
            }
        }

        private void block(CancelScope block) throws Exception {
            scope = block;
            if (canceller == Canceller.DEADLINE) {
                block.setTimeout(moment == Moment.BEFORE_IT_BEGINS ? Duration.ZERO : ONE_HOUR);
            } else if (moment == Moment.BEFORE_IT_BEGINS) {
                block.cancel("before it begins");
            }
            callOperation();
        }

        private void callOperation() throws Exception {
            try {
                value = operation.call();
            } catch (CancelledException | InterruptedException e) {
                cancelled = true;
                throw e;
            }
        }

        // ---- those who interfere

        private void interfere() throws Exception {
            competitors.add(this::cancel);
            if (moment == Moment.COMPLETING) {
                competitors.add(this::complete);
            }
            addBystanders();
            runCompetitors();
            driven.settle();
        }

        private void addBystanders() {
            for (int i = random.nextInt(3); i > 0; i--) {
                int yields = random.nextInt(4);
                competitors.add(() -> loop.callSoon(() -> SuspendingOperation.startBystander(yields)));
            }
        }

        /** Some act at once, before the tick, the others as tasks and callbacks in it. */
        private void runCompetitors() throws Exception {
            Collections.shuffle(competitors, random);
            for (VoidBody<Exception> competitor : competitors) {
                switch (random.nextInt(3)) {
                    case 0 -> competitor.run();
                    case 1 ->
                        loop.createTask(() -> {
                            competitor.run();
                            return "";
                        });
                    default -> loop.callSoon(() -> runUnchecked(competitor));
                }
            }
            competitors.clear();
            if (victim == null) {
                driven.tick();
            }
        }

        private static void runUnchecked(VoidBody<Exception> body) {
            try {
                body.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private void complete() throws Exception {
            completed = true;
            operation.complete();
        }

        private void cancel() throws Exception {
            switch (canceller) {
                case ITSELF, DEADLINE -> driven.ticker.advance(ONE_HOUR);
                case SIBLING, OTHER_THREAD -> cancelTask();
                case SCOPE -> {
                    if (scope != null) {
                        scope.cancel("by a sibling");
                    }
                }
            }
        }

        private void cancelTask() throws Exception {
            Task<?> task = task();
            if (canceller == Canceller.OTHER_THREAD) {
                var other = OtherThread.run(() -> task.cancel("by another thread"));
                OtherThread.spinUntil(other::isDone);
                other.get();
            } else {
                task.cancel("by a sibling");
            }
        }

        private Task<?> task() {
            return Objects.requireNonNull(victim);
        }

        // ---- what must hold afterwards

        /** What a cancellation does not reach, a shield and clean-up, ends by its own means. */
        private void end() throws Exception {
            driven.runUntil(() -> task().isDone() || task().waitsFor() != null);
            if (!task().isDone() && !completed) {
                complete();
            }
            driven.runUntil(task()::isDone);
        }

        private void assertOutcome() {
            assertThat(value != null ^ cancelled)
                    .as("either the value %s or cancelled %s", value, cancelled)
                    .isTrue();
            assertThat(value).isIn(null, "value");
            assertThat(task().state()).as("%s", task()).isIn(State.SUCCESS, State.CANCELLED);
            assertThat(wentOn).isEqualTo(task().state() == State.SUCCESS);
            if (canceller.hasScope()) {
                assertThat(task().state())
                        .as("a scope swallows its own cancellation")
                        .isEqualTo(State.SUCCESS);
            } else if (cancelled) {
                assertThat(task().state()).isEqualTo(State.CANCELLED);
            }
            if (moment == Moment.BEFORE_IT_BEGINS && !canceller.hasScope()) {
                assertThat(task().state()).isEqualTo(State.CANCELLED);
            }
        }

        private void assertNothingIsLeft() throws Exception {
            for (Completion<?> awaited : operation.awaited()) {
                assertThat(awaited.hasObservers())
                        .as("observers of %s", awaited)
                        .isFalse();
            }
            if (!completed) {
                complete();
            }
            driven.ticker.advance(ONE_HOUR); // the timer of one that would have cancelled itself
            driven.settle();
            if (cancelled) {
                assertThat(operation.isKept()).as("the value is kept").isTrue();
            }
            operation.close();
            driven.assertIdle();
            assertThat(loop.statistics().channels()).as("channels").isZero();
            assertThat(driven.takeFailures()).isEmpty();
        }
    }
}
