package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.TaskTally;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The loop tells 1 task of 1, then 2 of 2, a chooser reads: does it ever see the number of one with that of the other? */
@JCStressTest
@Outcome(
        id = {"0, 0", "1, 1", "2, 2"},
        expect = ACCEPTABLE,
        desc = "Nothing yet, or both numbers of one tick.")
@Outcome(expect = FORBIDDEN, desc = "Numbers of two ticks.")
@State
public class TaskTally_Pair {
    private final TaskTally tally = new TaskTally();

    @Actor
    public void run() {
        tally.tell(1, 1);
        tally.tell(2, 2);
    }

    @Actor
    public void look(II_Result result) {
        TaskTally.Reading reading = tally.read();
        result.r1 = reading.begun();
        result.r2 = reading.tasks();
    }

    /** Here each number has a word of its own. */
    @JCStressTest
    @JCStressMeta(TaskTally_Pair.class)
    @State
    public static class Broken {
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger tasks = new AtomicInteger();

        @Actor
        public void run() {
            begun.setRelease(1);
            tasks.setRelease(1);
            begun.setRelease(2);
            tasks.setRelease(2);
        }

        @Actor
        public void look(II_Result result) {
            result.r1 = begun.getAcquire();
            result.r2 = tasks.getAcquire();
        }
    }
}
