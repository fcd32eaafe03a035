package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.Combinators;
import io.gyre.loop.LowLevel;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TimeoutException;
import io.gyre.net.ConnectFailedException.Attempt;
import io.gyre.net.dns.Protocol;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Makes one TCP connection, to whichever of several addresses connects first. */
final class Connector {
    /*
     * Design.
     *
     * Happy Eyeballs (RFC 8305): the addresses are tried in turn, each as soon as the previous attempt fails or stays
     * silent for a while, and the first to connect wins. The attempts are tasks. Each closes its own channel unless it
     * won. At the end all remaining channels are closed: two attempts may have connected in the same tick.
     *
     * A single address needs no task.
     */
    private final Target target;
    private final ConnectOptions options;
    private final Map<InetSocketAddress, @Nullable IOException> attempts = new LinkedHashMap<>();
    private final List<SocketChannel> open = new ArrayList<>();

    /**
     * What to connect to, for messages.
     *
     * @param text in the user's words
     * @param isAddress whether it needs no look-up
     */
    record Target(String text, boolean isAddress) {
        static Target of(String host, Object port) {
            String name = LowLevel.describe(host);
            String shown = name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
            return new Target(shown + ":" + LowLevel.describe(port), isNumeric(host));
        }

        private static boolean isNumeric(String host) {
            try {
                InetAddress _ = InetAddress.ofLiteral(host);
                return true;
            } catch (IllegalArgumentException name) {
                return false;
            }
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private Connector(Target target, ConnectOptions options) {
        this.target = target;
        this.options = options;
    }

    /** The addresses to try; the look-up may suspend. */
    @FunctionalInterface
    interface Source {
        List<InetSocketAddress> addresses() throws IOException;
    }

    static SocketChannel connect(String host, int port, ConnectOptions options) throws IOException {
        return connect(Target.of(host, port), options, () -> addresses(host, port, options));
    }

    static SocketChannel connect(String host, String service, ConnectOptions options) throws IOException {
        return connect(
                Target.of(host, service), options, () -> addresses(host, Dns.port(service, Protocol.TCP), options));
    }

    private static List<InetSocketAddress> addresses(String host, int port, ConnectOptions options) throws IOException {
        List<InetAddress> found = options.family() == null ? Dns.resolve(host) : Dns.resolve(host, options.family());
        var addresses = new ArrayList<InetSocketAddress>();
        for (InetAddress address : Addresses.interleaved(found)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return addresses;
    }

    static SocketChannel connect(InetSocketAddress address, ConnectOptions options) throws IOException {
        return connect(new Target(Addresses.text(address), true), options, () -> List.of(address));
    }

    /** Connects to one of the addresses; failures name the target. */
    static SocketChannel connect(Target target, ConnectOptions options, Source source) throws IOException {
        return new Connector(target, options).connect(source);
    }

    private SocketChannel connect(Source source) throws IOException {
        SocketChannel winner = null;
        try {
            winner = Async.timeout(options.timeout(), () -> race(source.addresses()));
            return winner;
        } catch (TimeoutException e) {
            throw failed("cannot connect to " + target + " within " + options.timeout(), e);
        } finally {
            for (SocketChannel channel : List.copyOf(open)) {
                if (channel != winner) {
                    close(channel);
                }
            }
        }
    }

    private SocketChannel race(List<InetSocketAddress> addresses) throws IOException {
        if (addresses.size() == 1) {
            try {
                return attempt(addresses.getFirst());
            } catch (IOException failure) {
                throw failed("cannot connect to " + target, failure);
            }
        }
        var bodies = new ArrayList<Callable<SocketChannel>>();
        for (InetSocketAddress address : addresses) {
            bodies.add(() -> attempt(address));
        }
        try {
            return Combinators.staggered(options.attemptDelay(), bodies);
        } catch (TaskGroupException allFailed) {
            Async.checkCancelled(); // if so, some attempts had failed, and the rest were cancelled
            for (Throwable failure : allFailed.failures()) {
                if (!(failure instanceof IOException)) {
                    throw allFailed;
                }
            }
            throw failed("cannot connect to " + target, allFailed);
        }
    }

    private SocketChannel attempt(InetSocketAddress address) throws IOException {
        LowLevel.checkpoint();
        attempts.put(address, null);
        try {
            SocketChannel channel = SocketChannel.open();
            open.add(channel);
            try {
                connect(channel, address);
                return channel;
            } catch (Throwable failure) {
                close(channel);
                throw failure;
            }
        } catch (IOException failure) {
            attempts.put(address, failure);
            throw failure;
        }
    }

    private void connect(SocketChannel channel, InetSocketAddress address) throws IOException {
        channel.configureBlocking(false);
        options.socket().applyTo(channel);
        if (options.local() != null) {
            bind(channel, options.local());
        }
        try {
            if (!channel.connect(address)) {
                LowLevel.awaitConnectable(channel);
                channel.finishConnect();
            }
        } catch (UnsupportedAddressTypeException otherFamily) {
            throw Binding.noIPv6(otherFamily, channel.getLocalAddress());
        }
        if (address.equals(channel.getLocalAddress())) {
            // Nothing listens there, and the system chose that very port for this end (TCP's simultaneous open).
            throw new ConnectException("Connection refused: the socket was connected to itself");
        }
    }

    private static void bind(SocketChannel channel, InetSocketAddress local) throws IOException {
        try {
            // The end of an earlier connection keeps its port for minutes. No two connections can share both ends.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(local);
        } catch (UnsupportedAddressTypeException otherFamily) {
            throw Binding.noIPv6(otherFamily, channel.getLocalAddress());
        } catch (SocketException refused) {
            throw Binding.refused("cannot bind to ", local, refused);
        }
    }

    private void close(SocketChannel channel) throws IOException {
        open.remove(channel);
        LowLevel.close(channel);
    }

    private ConnectFailedException failed(String what, Throwable cause) {
        var failures = new ArrayList<Attempt>();
        attempts.forEach((address, failure) -> failures.add(
                new Attempt(address, failure == null ? new SocketTimeoutException("no answer until then") : failure)));
        var failed = new ConnectFailedException(what, target.isAddress, failures);
        if (failed.getCause() == null) {
            failed.initCause(cause);
        }
        return failed;
    }
}
