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
 * Finds the ports of a host that accept connections.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>{@code mapAsync} calls a function for each element, with a limit of calls at a time: 65,535 elements do not
 *       mean 65,535 open sockets.
 *   <li>A silent port costs the time-out, not the system's two minutes.
 *   <li>The name is looked up once, by {@link Dns}: the JDK's own look-up is one of the few JDK calls that block a
 *       loop.
 * </ul>
 */
public final class PortScanner {
    private final int concurrency;
    private final ConnectOptions options;

    /** The outcome of an attempt to connect. */
    public enum State {
        /** A server listens. */
        OPEN,
        /** No server listens, and the host says so. */
        CLOSED,
        /** No answer in time: a firewall drops the packets. */
        SILENT,
        /** The host cannot be reached, or this machine has run out of resources. */
        FAILED
    }

    /**
     * A port and its state.
     *
     * @param port the port
     * @param state its state
     */
    public record Result(int port, State state) {}

    /** Receives each finished port. */
    @FunctionalInterface
    public interface Progress {
        /** One more port is done. */
        void step();
    }

    /**
     * Prepares scans.
     *
     * @param concurrency how many ports to try at the same time
     * @param timeout how long each may take to answer
     */
    public PortScanner(int concurrency, Duration timeout) {
        this.concurrency = concurrency;
        this.options = ConnectOptions.defaults().withTimeout(timeout);
    }

    /**
     * Scans a host. Suspends until all ports are done.
     *
     * @param host its name or its address; if a name has several addresses, the first is used
     * @param ports the ports, in any order
     * @param progress told of each port
     * @return the results, in the order of the ports
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
            stream.abort(); // a reset: the local port is free at once, and the peer need not wait for our end
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
