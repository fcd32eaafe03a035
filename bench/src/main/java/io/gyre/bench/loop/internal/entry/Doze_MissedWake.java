package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.Doze;
import io.gyre.loop.internal.entry.EntryQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A loop ends its wait while the watchdog falls asleep: is the watchdog ever asleep, and nobody wakes it?
 *
 * <p>The result: whether the loop has woken the watchdog, whether the watchdog sleeps.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The watchdog has seen the loop awake.")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Both have seen each other.")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The loop wakes the watchdog.")
@Outcome(id = "0, 1", expect = FORBIDDEN, desc = "The watchdog sleeps, and a step begins.")
@State
public class Doze_MissedWake {
    private final EntryQueue<String> entries = new EntryQueue<>(() -> {});
    private final Doze doze = new Doze();

    /** Creates a loop that waits. */
    public Doze_MissedWake() {
        entries.trySleep();
    }

    @Actor
    public void loop(II_Result result) {
        entries.awake();
        result.r1 = doze.wake() ? 1 : 0;
    }

    @Actor
    public void watchdog(II_Result result) {
        result.r2 = doze.begin(entries::isAsleep) ? 1 : 0;
    }

    /** Here the watchdog asks whether the loop is idle before it says that it falls asleep. */
    @JCStressTest
    @JCStressMeta(Doze_MissedWake.class)
    @State
    public static class Broken {
        private final EntryQueue<String> entries = new EntryQueue<>(() -> {});
        private volatile @Nullable Thread sleeper;

        /** Creates a loop that waits. */
        public Broken() {
            entries.trySleep();
        }

        @Actor
        public void loop(II_Result result) {
            entries.awake();
            result.r1 = sleeper == null ? 0 : 1;
        }

        @Actor
        public void watchdog(II_Result result) {
            if (entries.isAsleep()) {
                sleeper = Thread.currentThread();
                result.r2 = 1;
            }
        }
    }
}
