package io.gyre.bench.servers;

import io.gyre.bench.process.Child;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Footprint;
import io.gyre.bench.process.ProcessCpu;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server that runs, and what can be asked of it. */
public record ServerProcess(Peer peer, Child process, String version, int port) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Where the load generator looks for servers. Not the JDK's loopback address, which may be one of IPv6. */
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** Starts a server on its core, and waits until it listens. */
    public static ServerProcess start(Peer peer, Cores cores, Workshop workshop)
            throws IOException, InterruptedException {
        int ownPort = peer.isOwn() ? freePort() : 0;
        List<String> command = peer.command().stream()
                .map(word -> peer.isOwn() ? word.replace(Peer.PORT, Integer.toString(ownPort)) : word)
                .toList();
        Child process = Child.start(peer.label(), cores.onServer(command), workshop.errorsOf(peer.id()));
        try {
            if (peer.isOwn()) {
                awaitListening(process, ownPort);
                checkIsAlone(process);
                return new ServerProcess(peer, process, "your own", ownPort);
            }
            String version = process.expect("version ", PATIENCE);
            return new ServerProcess(peer, process, version, Integer.parseInt(process.expect("port ", PATIENCE)));
        } catch (Throwable failure) {
            end(peer, process);
            throw failure;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private static void awaitListening(Child process, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isListening(port)) {
            if (process.endsWithin(PAUSE)) {
                throw process.failed("has ended before it listened on port " + port);
            }
            if (System.nanoTime() - deadline > 0) {
                throw process.failed("does not listen on port " + port + " after " + PATIENCE.toSeconds() + " s");
            }
        }
    }

    private static boolean isListening(int port) {
        try (var socket = new Socket(LOOPBACK, port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The processor time is that of one process. */
    private static void checkIsAlone(Child process) throws IOException {
        Optional<ProcessHandle> other =
                ProcessHandle.of(process.pid()).flatMap(own -> own.descendants().findAny());
        if (other.isPresent()) {
            throw process.failed(
                    "has started another process (" + other.get().pid()
                            + "), whose time would not be counted; a script must exec the server, and the server must be one process");
        }
    }

    public long pid() {
        return process.pid();
    }

    /** A use of the server that may fail. */
    public interface Use<T> {
        T run() throws IOException, InterruptedException;
    }

    /** {@return what a use comes to; if it fails, with what the server itself wrote about that} */
    public <T> T whileMeasured(Use<T> use) throws IOException, InterruptedException {
        try {
            return use.run();
        } catch (IOException seen) {
            throw process.failed("was being measured when " + seen.getMessage());
        }
    }

    /** What a server has used up to some moment. */
    public record Used(long nanoTime, ProcessCpu cpu) {}

    /** {@return what it has used up to now} */
    public Used used() throws IOException {
        ProcessCpu cpu = ProcessCpu.of(pid());
        return new Used(System.nanoTime(), cpu);
    }

    /**
     * What a JVM has done up to some moment.
     *
     * @param allocatedBytes of its heap, by all its threads
     */
    public record Heap(long nanoTime, long allocatedBytes, long collections) {
        private static final double NANOS_PER_SECOND = 1e9;

        public double bytesPerSecondSince(Heap earlier) {
            return (allocatedBytes - earlier.allocatedBytes) * NANOS_PER_SECOND / (nanoTime - earlier.nanoTime);
        }
    }

    /** {@return the state of its heap; null if it is no JVM} */
    public @Nullable Heap heap() throws IOException, InterruptedException {
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
        return Footprint.parse(process.expect("memory ", PATIENCE));
    }

    /** How late the ticks of a server were. */
    public record Lateness(double p999Millis, double worstMillis) {}

    /** {@return how late a JVM has ticked since the last call} */
    public Lateness lateness() throws IOException, InterruptedException {
        process.say("ticks");
        String[] nanos = process.expect("ticks ", PATIENCE).split(" ", -1);
        return new Lateness(Long.parseLong(nanos[0]) / NANOS_PER_MILLI, Long.parseLong(nanos[1]) / NANOS_PER_MILLI);
    }

    @Override
    public void close() {
        end(peer, process);
    }

    private static void end(Peer peer, Child process) {
        if (peer.isOwn()) {
            process.terminate(); // the end of its input may mean nothing to it
        }
        process.close();
    }
}
