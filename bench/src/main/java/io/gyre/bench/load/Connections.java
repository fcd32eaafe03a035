package io.gyre.bench.load;

import io.gyre.bench.process.Child;
import java.io.IOException;
import java.time.Duration;

/**
 * The connections of a generator with a server, and the runs on them, one after the other. They stay open from run to run, so
 * that runs can be short, and nothing is measured that belongs to connecting.
 *
 * <p>A run has three acts: {@link #awaitBegin}, {@link #awaitEnd}, {@link #outcome}.
 *
 * <p><b>Resources:</b> {@link #close} ends the generator, also in the middle of a run.
 */
public final class Connections implements AutoCloseable {
    /** Longer than the generator waits for an answer, so that it can say itself what is wrong. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Child generator;
    private final Load load;
    private Load current;

    private Connections(Child generator, Load load) {
        this.generator = generator;
        this.load = load;
        this.current = load;
    }

    /** Waits until a generator has connected. */
    static Connections of(Child generator, Load load) throws IOException, InterruptedException {
        try {
            generator.expect("connected", PATIENCE);
        } catch (Throwable failure) {
            generator.close();
            throw failure;
        }
        return new Connections(generator, load);
    }

    /** Runs what the connections were made for, from the beginning to the end. */
    public Outcome run() throws IOException, InterruptedException {
        return run(load);
    }

    Outcome run(Load thisTime) throws IOException, InterruptedException {
        start(thisTime);
        awaitBegin();
        awaitEnd();
        return outcome();
    }

    /**
     * Starts a run. The one before has to have had its outcome.
     *
     * @param thisTime says how fast and for how long
     * @throws IllegalArgumentException if it is one for other connections or messages
     */
    public void start(Load thisTime) throws IOException {
        if (!thisTime.options().equals(load.options())) {
            throw new IllegalArgumentException("connected with " + load.options() + ", not " + thisTime.options());
        }
        generator.say(thisTime.order());
        current = thisTime;
    }

    /** Waits until the warm-up is over. The generator waits a moment, too, before it begins to measure. */
    public void awaitBegin() throws IOException, InterruptedException {
        generator.expect("begin", PATIENCE.plusMillis(current.warmupMillis()));
    }

    /** Waits until enough is measured. The generator goes on for a moment. */
    public void awaitEnd() throws IOException, InterruptedException {
        generator.expect("end", PATIENCE.plusMillis(current.measureMillis()));
    }

    /** {@return the figures, once every answer has come} */
    public Outcome outcome() throws IOException, InterruptedException {
        var parser = new Outcome.Parser();
        try {
            while (!parser.take(generator.nextLine(PATIENCE))) {
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
        return Long.parseLong(generator.expect("messages-so-far ", PATIENCE));
    }

    /** Ends the connections in good order, and sees that the server does so, too. */
    public void disconnect() throws IOException, InterruptedException {
        generator.say("quit");
        generator.expect("disconnected", PATIENCE);
    }

    @Override
    public void close() {
        generator.close();
    }
}
