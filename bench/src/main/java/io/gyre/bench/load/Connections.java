package io.gyre.bench.load;

import io.gyre.bench.load.Sample.Spent;
import io.gyre.bench.process.Child;
import io.gyre.bench.process.ProcessCpu;
import io.gyre.bench.servers.ServerProcess;
import io.gyre.bench.servers.ServerProcess.Heap;
import io.gyre.bench.servers.ServerProcess.Used;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a generator with a server, and the runs on them, one after the other. They stay open from run to run, so
 * that runs can be short, and nothing is measured that belongs to connecting.
 *
 * <p>A run has three acts: {@link #awaitBegin}, {@link #awaitEnd}, {@link #outcome}.
 *
 * <p><b>Resources:</b> {@link #close} ends the generator, also in the middle of a run.
 */
public final class Connections implements AutoCloseable {
    /*
     * Design.
     *
     * The generator says when it begins to measure and when it ends, and keeps the load up around both moments, so that
     * there is time to read what the server has used. The two windows do not coincide to the microsecond, so rates are
     * divided by each other, not sums: processor time for each second by messages in each second.
     */
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

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

    static Connections of(Child generator, Load load) throws IOException, InterruptedException {
        try {
            generator.expect("connected", PATIENCE);
        } catch (Throwable failure) {
            generator.close();
            throw failure;
        }
        return new Connections(generator, load);
    }

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

    /**
     * {@return what one run comes to, for the server as well}
     *
     * @param latencies takes the nanoseconds of its messages
     */
    public Sample measure(ServerProcess server, Load thisTime, int round, Consumer<Histogram> latencies)
            throws IOException, InterruptedException {
        start(thisTime);
        awaitBegin();
        Heap heapBefore = server.heap();
        Used before = server.used();
        awaitEnd();
        Used after = server.used();
        Heap heapAfter = server.heap();
        Outcome outcome = outcome();
        latencies.accept(outcome.latencies());
        Spent spent = spent(outcome.messagesPerSecond(), before, after, heapBefore, heapAfter);
        return Sample.of(server.peer().id(), round, outcome, spent);
    }

    private static Spent spent(
            double messagesPerSecond, Used before, Used after, @Nullable Heap heapBefore, @Nullable Heap heapAfter) {
        ProcessCpu.Times cpu = after.cpu().since(before.cpu());
        double nanos = (double) (after.nanoTime() - before.nanoTime());
        double toMicrosPerMessage = NANOS_PER_SECOND / nanos / messagesPerSecond / NANOS_PER_MICRO;
        Double allocated = null;
        Long collections = null;
        if (heapBefore != null && heapAfter != null) {
            allocated = heapAfter.bytesPerSecondSince(heapBefore) / messagesPerSecond;
            collections = heapAfter.collections() - heapBefore.collections();
        }
        return new Spent(
                cpu.userNanos() * toMicrosPerMessage,
                cpu.systemNanos() * toMicrosPerMessage,
                allocated,
                collections,
                cpu.totalNanos() / nanos);
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
