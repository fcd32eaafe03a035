package io.gyre.bench.load;

import io.gyre.bench.process.Child;
import java.io.IOException;
import java.time.Duration;

/**
 * The connections of a generator with a server. They stay open from run to run, so that runs can be short, and nothing is
 * measured that belongs to connecting.
 *
 * <p><b>Resources:</b> {@link #close} ends the generator, also in the middle of a run.
 */
public final class Connections implements AutoCloseable {
    /** Longer than the generator waits for an answer, so that it can say itself what is wrong. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Child generator;
    private final Load load;

    private Connections(Child generator, Load load) {
        this.generator = generator;
        this.load = load;
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

    /** Starts the run that the connections were made for. */
    public LoadRun start() throws IOException {
        return start(load);
    }

    /**
     * Starts a run. The one before has to have had its outcome.
     *
     * @param thisTime says how fast and for how long
     * @throws IllegalArgumentException if it is one for other connections or messages
     */
    public LoadRun start(Load thisTime) throws IOException {
        if (!thisTime.options().equals(load.options())) {
            throw new IllegalArgumentException("connected with " + load.options() + ", not " + thisTime.options());
        }
        generator.say(thisTime.order());
        return new LoadRun(generator, thisTime);
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
