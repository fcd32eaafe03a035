package io.gyre.bench.load;

import io.gyre.bench.process.Child;
import java.io.IOException;

/** One run of the generator, in three acts: {@link #awaitBegin}, {@link #awaitEnd}, {@link #outcome}. */
public final class LoadRun {
    private final Child generator;
    private final Load load;

    LoadRun(Child generator, Load load) {
        this.generator = generator;
        this.load = load;
    }

    /** Waits until the warm-up is over. The generator waits a moment, too, before it begins to measure. */
    public void awaitBegin() throws IOException, InterruptedException {
        generator.expect("begin", Connections.PATIENCE.plusMillis(load.warmupMillis()));
    }

    /** Waits until enough is measured. The generator goes on for a moment. */
    public void awaitEnd() throws IOException, InterruptedException {
        generator.expect("end", Connections.PATIENCE.plusMillis(load.measureMillis()));
    }

    /** {@return the figures, once every answer has come} */
    public Outcome outcome() throws IOException, InterruptedException {
        var parser = new OutcomeParser();
        try {
            while (!parser.take(generator.nextLine(Connections.PATIENCE))) {
                // one more
            }
            return parser.outcome();
        } catch (IllegalArgumentException unknown) {
            throw generator.failed("cannot be understood: " + unknown.getMessage());
        }
    }

    /** {@return how many messages have come back by now, those of the warm-up and of earlier runs included} */
    public long messagesSoFar() throws IOException, InterruptedException {
        generator.say("?");
        return Long.parseLong(generator.expect("messages-so-far ", Connections.PATIENCE));
    }
}
