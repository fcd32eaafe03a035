package io.gyre.bench.echo;

import io.gyre.bench.echo.measure.Footprint;
import io.gyre.bench.echo.measure.ProcessCpu;
import io.gyre.bench.echo.process.Child;
import io.gyre.bench.echo.process.Cores;
import io.gyre.bench.echo.process.Workshop;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A server that runs, and what can be asked of it. */
public final class ServerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Peer peer;
    private final Child process;
    private final String version;
    private final int port;

    private ServerProcess(Peer peer, Child process, String version, int port) {
        this.peer = peer;
        this.process = process;
        this.version = version;
        this.port = port;
    }

    /** Starts a server on its core, and waits until it listens. */
    public static ServerProcess start(Peer peer, Cores cores, Workshop workshop)
            throws IOException, InterruptedException {
        Child process = Child.start(peer.label(), cores.onServer(peer.command()), workshop.errorsOf(peer.id()));
        try {
            String version = process.expect("version ", PATIENCE);
            int port = Integer.parseInt(process.expect("port ", PATIENCE));
            return new ServerProcess(peer, process, version, port);
        } catch (Throwable failure) {
            process.close();
            throw failure;
        }
    }

    /** {@return which server it is} */
    public Peer peer() {
        return peer;
    }

    /** {@return what it is built on} */
    public String version() {
        return version;
    }

    /** {@return where it listens} */
    public int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** {@return a failure that was seen from outside, with what the server itself wrote about it} */
    public IOException failed(IOException seen) {
        return process.failed("was being measured when " + seen.getMessage());
    }

    /**
     * What a server has used up to some moment.
     *
     * @param nanoTime the moment
     * @param cpu its processor time
     */
    record Used(long nanoTime, ProcessCpu cpu) {}

    Used used() throws IOException {
        ProcessCpu cpu = ProcessCpu.of(pid());
        return new Used(System.nanoTime(), cpu);
    }

    /**
     * What a JVM has done up to some moment.
     *
     * @param nanoTime the moment
     * @param allocatedBytes of its heap, by all its threads
     * @param collections of garbage
     */
    record Heap(long nanoTime, long allocatedBytes, long collections) {}

    /** {@return the state of its heap; null if it is no JVM} */
    @Nullable
    Heap heap() throws IOException, InterruptedException {
        if (!peer.isJava()) {
            return null;
        }
        process.say("stats");
        String[] stats = process.expect("stats ", PATIENCE).split(" ", -1);
        return new Heap(System.nanoTime(), Long.parseLong(stats[0]), Long.parseLong(stats[1]));
    }

    /** Has a JVM collect its garbage now, rather than while something is measured. */
    public void collect() throws IOException, InterruptedException {
        process.say("collect");
        process.expect("collected", PATIENCE);
    }

    /** {@return what a JVM takes, after a collection} */
    public Footprint memory() throws IOException, InterruptedException {
        process.say("memory");
        String[] inside = process.expect("memory ", PATIENCE).split(" ", -1);
        return Footprint.of(pid(), Long.parseLong(inside[0]), Long.parseLong(inside[1]));
    }

    @Override
    public void close() {
        process.close();
    }
}
