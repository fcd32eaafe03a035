package io.gyre.examples.portscan;

import static io.gyre.loop.Combinators.mapAsync;

import io.gyre.net.ConnectFailedException;
import io.gyre.net.ConnectOptions;
import io.gyre.net.Dns;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

/**
 * Finds out which ports of a host accept connections.
 *
 * <p>What to learn here:
 *
 * <ul>
 *   <li>{@code mapAsync} calls a function for each element, as many at the same time as it is told: the elements may be 65,535,
 *       the sockets that are open at once are not.
 *   <li>A port that does not answer costs the time-out, and not the system's two minutes.
 *   <li>The name is looked up once, by {@link Dns}: the JDK's own look-up is one of its few calls that block a loop.
 * </ul>
 */
public final class PortScanner {
    private final int concurrency;
    private final ConnectOptions options;

    /** What became of an attempt to connect. */
    public enum State {
        /** Somebody listens. */
        OPEN,
        /** Nobody does, and the host says so. */
        CLOSED,
        /** No answer in time: a firewall drops what is sent there. */
        SILENT,
        /** The host cannot be reached, or this machine is short of something. */
        FAILED
    }

    /**
     * A port, and what became of it.
     *
     * @param port the port
     * @param state what became of it
     */
    public record Result(int port, State state) {}

    /** Told of each port that is done. */
    @FunctionalInterface
    public interface Progress {
        /** One more port is done. */
        void step();
    }

    /**
     * Prepares scans.
     *
     * @param concurrency how many ports are tried at the same time
     * @param timeout how long each may take to answer
     */
    public PortScanner(int concurrency, Duration timeout) {
        this.concurrency = concurrency;
        this.options = ConnectOptions.defaults().withTimeout(timeout);
    }

    /**
     * Scans a host. Suspends until all ports are done.
     *
     * @param host its name, or its address; if a name has several addresses, the first is taken
     * @param ports which ports, in any order
     * @param progress told of each port
     * @return what became of them, in the order of the ports
     * @throws IOException if the name has no address
     */
    public List<Result> scan(String host, List<Integer> ports, Progress progress) throws IOException {
        InetAddress address = Dns.resolve(host).getFirst();
        return mapAsync(concurrency, ports, port -> {
            State state = probe(new InetSocketAddress(address, port));
            progress.step();
            return new Result(port, state);
        });
    }

    private State probe(InetSocketAddress address) {
        try (TcpStream stream = TcpStream.connect(address, options)) {
            stream.abort(); // a reset: the port is free for the next scan at once, and nobody has to wait for our end
            return State.OPEN;
        } catch (ConnectFailedException failure) {
            return switch (failure.attempts().getFirst().failure()) {
                case SocketTimeoutException late -> State.SILENT;
                case ConnectException refused -> State.CLOSED;
                default -> State.FAILED;
            };
        } catch (IOException noSocket) {
            return State.FAILED;
        }
    }
}
