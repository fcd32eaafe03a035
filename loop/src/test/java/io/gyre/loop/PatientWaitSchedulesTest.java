package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Seeded schedules of a thread that waits for a task of another loop, is interrupted meanwhile or not, and finds that the
 * task has ended in one way or another. The wait ends, by what the task has ended by. The broken twin takes an
 * InterruptedException of the task's for an interrupt of its own, and spins.
 */
class PatientWaitSchedulesTest {
    private static final int SCHEDULES = 2_000;
    private static final int MANY_ROUNDS = 100;

    /** How the task has ended. */
    private enum Outcome {
        VALUE,
        IO_EXCEPTION,
        INTERRUPTED_EXCEPTION,
        ERROR;

        static Outcome oneOf(Random random) {
            return values()[random.nextInt(values().length)];
        }

        String get() throws Exception {
            return switch (this) {
                case VALUE -> "VALUE";
                case IO_EXCEPTION -> throw new IOException(name());
                case INTERRUPTED_EXCEPTION -> throw new InterruptedException(name());
                case ERROR -> throw new AssertionError(name());
            };
        }
    }

    /** Waits as the product does, or as its twin. */
    @FunctionalInterface
    private interface Waiting {
        String forOutcome(PatientWait.Wait wait, Runnable onInterrupt, Body<String, Exception> outcome)
                throws Exception;
    }

    private static String broken(PatientWait.Wait wait, Runnable onInterrupt, Body<String, Exception> outcome)
            throws Exception {
        for (int round = 0; round < MANY_ROUNDS; round++) {
            try {
                wait.run();
                return outcome.run();
            } catch (InterruptedException e) {
                onInterrupt.run();
            }
        }
        throw new IllegalStateException("spins");
    }

    private record Schedule(int interrupts, Outcome outcome) {
        static Schedule of(long seed) {
            var random = new Random(seed);
            return new Schedule(random.nextInt(3), Outcome.oneOf(random));
        }

        /** {@return what was wrong, or an empty text} */
        String run(Waiting waiting) {
            var log = new ArrayList<String>();
            int[] rounds = {0};
            String end;
            try {
                end = waiting.forOutcome(
                        () -> {
                            if (rounds[0]++ < interrupts) {
                                throw new InterruptedException();
                            }
                        },
                        () -> log.add("asked to end"),
                        outcome::get);
            } catch (Exception | AssertionError e) {
                end = String.valueOf(e.getMessage());
            }
            boolean status = Thread.interrupted();
            return end.equals(outcome.name()) && log.size() == interrupts && status == (interrupts > 0)
                    ? ""
                    : this + ": " + end + ", interrupt status " + status + ", " + log;
        }
    }

    private static String[] faults(Waiting waiting) {
        return IntStream.range(0, SCHEDULES)
                .mapToObj(seed -> Schedule.of(seed).run(waiting))
                .filter(fault -> !fault.isEmpty())
                .distinct()
                .toArray(String[]::new);
    }

    @Test
    void threadGetsTheOutcomeAndItsInterruptStatus() {
        assertThat(faults((wait, onInterrupt, outcome) ->
                        PatientWait.<String, Exception>forOutcome("a task", wait, onInterrupt, outcome)))
                .isEmpty();
    }

    @Test
    void brokenTwinSpins() {
        assertThat(faults(PatientWaitSchedulesTest::broken)).anyMatch(fault -> fault.contains("spins"));
    }

    /** The same with a real loop, whose task may end at the moment of the interrupt. */
    @Test
    void callFromAThreadEndsHoweverItIsInterrupted() throws Exception {
        try (LoopPortal other = LoopPortal.start()) {
            for (int seed = 0; seed < SCHEDULES / 4; seed++) {
                var random = new Random(seed);
                Outcome outcome = Outcome.oneOf(random);
                int yields = random.nextInt(20);
                var caller = new Thread[1];
                var call = new FutureTask<>(() -> other.call(() -> {
                    for (int i = 0; i < yields; i++) {
                        Async.yieldNow();
                    }
                    return outcome.get();
                }));
                caller[0] = Thread.ofPlatform().daemon().start(call);
                for (int spins = random.nextInt(20_000); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                caller[0].interrupt();
                OtherThread.spinUntil(call::isDone);
                caller[0].join();
            }
        }
    }
}
