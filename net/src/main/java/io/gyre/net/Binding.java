package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Binds sockets to exactly the requested address. */
final class Binding {
    /*
     * Design.
     *
     * A JDK socket is an IPv6 socket by default, and takes 0.0.0.0 to mean all addresses of both families: a port would
     * be open to IPv6 unasked. So the family of the socket is the family of its address.
     *
     * On JDK sockets [::] accepts IPv4 too, because the JDK lacks IPV6_V6ONLY; the system then refuses [::] beside
     * 0.0.0.0. It allows both if both have SO_REUSEPORT, and gives IPv4 to the more specific address, 0.0.0.0. But that
     * option also lets other sockets share the port. So 0.0.0.0 gets the option after binding, which must have
     * succeeded without it; and [::] is bound with the option only if binding without it fails and [::1] can be bound:
     * then IPv4 is in the way, not another [::]. In the opposite order the two cases cannot be told apart, whatever
     * options [::] has: [::] blocks every IPv4 address that could be tried, just as another 0.0.0.0 would. So a server
     * binds [::] last.
     */
    private Binding() {}

    /** Binds a channel. */
    @FunctionalInterface
    private interface Bind<C extends NetworkChannel> {
        void bind(C channel, InetSocketAddress address) throws IOException;
    }

    /** Opens a channel of a family. */
    @FunctionalInterface
    private interface Open<C extends NetworkChannel> {
        C open(ProtocolFamily family) throws IOException;
    }

    /** {@return a listening socket} */
    static ServerSocketChannel listen(InetSocketAddress address, ServerOptions options) throws IOException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(
                    "cannot listen on " + LowLevel.describe(address.getHostString()) + ": the name has no address");
        }
        SocketOptions own =
                options.reusePort() ? SocketOptions.of(StandardSocketOptions.SO_REUSEPORT, true) : SocketOptions.none();
        return bound(
                "cannot listen on ",
                ServerSocketChannel::open,
                own,
                (channel, where) -> channel.bind(where, options.backlog()),
                address);
    }

    /** {@return a socket for receiving datagrams} */
    static DatagramChannel receive(InetSocketAddress address, SocketOptions options) throws IOException {
        return bound("cannot bind to ", DatagramChannel::open, options, DatagramChannel::bind, address);
    }

    /**
     * Checks that nothing listens on an address, before binding in a way that the system would allow anyway.
     *
     * @throws BindException if a socket listens there
     */
    static void requireFree(InetSocketAddress address) throws IOException {
        if (address.isUnresolved() || address.getPort() == 0) {
            return;
        }
        // Bound but not listening, it takes connections from nobody.
        bound(
                        "cannot listen on ",
                        SocketChannel::open,
                        SocketOptions.of(StandardSocketOptions.SO_REUSEADDR, true),
                        SocketChannel::bind,
                        address)
                .close();
    }

    private static <C extends NetworkChannel> C bound(
            String what, Open<C> open, SocketOptions options, Bind<C> bind, InetSocketAddress address)
            throws IOException {
        try {
            return boundAsIs(open, options, bind, address);
        } catch (SocketException refused) {
            C channel = isAll6(address) ? besideIPv4(open, options, bind, address) : null;
            if (channel == null) {
                throw refused(what, address, refused);
            }
            return channel;
        }
    }

    /** {@return an exception that includes the address} */
    static BindException refused(String what, InetSocketAddress address, SocketException refused) {
        var named = new BindException(what + Addresses.text(address) + ": " + LowLevel.describe(refused.getMessage()));
        named.initCause(refused);
        return named;
    }

    private static <C extends NetworkChannel> @Nullable C besideIPv4(
            Open<C> open, SocketOptions options, Bind<C> bind, InetSocketAddress address) {
        try {
            InetAddress loopback = InetAddress.ofLiteral("::1");
            boundAsIs(open, options, bind, new InetSocketAddress(loopback, address.getPort()))
                    .close();
            return boundAsIs(open, options.with(StandardSocketOptions.SO_REUSEPORT, true), bind, address);
        } catch (IOException taken) {
            return null;
        }
    }

    private static <C extends NetworkChannel> C boundAsIs(
            Open<C> open, SocketOptions options, Bind<C> bind, InetSocketAddress address) throws IOException {
        return opened(open, options, address, (channel, where) -> {
            bind.bind(channel, where);
            if (isAll4(where) && channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
        });
    }

    private static <C extends NetworkChannel> C opened(
            Open<C> open, SocketOptions options, InetSocketAddress address, Bind<C> bind) throws IOException {
        C channel = open(open, address);
        try {
            options.applyTo(channel);
            bind.bind(channel, address);
            return channel;
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    private static <C extends NetworkChannel> C open(Open<C> open, InetSocketAddress address) throws IOException {
        try {
            return open.open(
                    address.getAddress() instanceof Inet4Address
                            ? StandardProtocolFamily.INET
                            : StandardProtocolFamily.INET6);
        } catch (UnsupportedOperationException noSuchFamily) {
            throw noIPv6(noSuchFamily, null);
        }
    }

    /** {@return a socket for datagrams to and from a peer} */
    static DatagramChannel openDatagram(InetSocketAddress peer, SocketOptions options) throws IOException {
        return opened(DatagramChannel::open, options, peer, (channel, where) -> {});
    }

    /**
     * {@return the real problem, when the JDK only says that it does not support an address}
     *
     * @param own the address at this end; null if the socket has none yet
     */
    static NoIPv6Exception noIPv6(RuntimeException refused, @Nullable SocketAddress own) {
        return new NoIPv6Exception(reason(own), refused);
    }

    private static String reason(@Nullable SocketAddress own) {
        if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
            return "this JVM has no IPv6: it was started with -Djava.net.preferIPv4Stack=true";
        }
        return own instanceof InetSocketAddress address && address.getAddress() instanceof Inet4Address
                ? "an IPv4 socket cannot reach an IPv6 address. Bind it to an IPv6 address, such as [::]:0"
                : "this system has no IPv6";
    }

    /** Thrown where a socket cannot have an IPv6 address. Callers that know the address add it. */
    static final class NoIPv6Exception extends SocketException {
        private static final long serialVersionUID = 1;

        private NoIPv6Exception(String reason, RuntimeException refused) {
            super(reason, refused);
        }
    }

    private static boolean isAll4(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address all && all.isAnyLocalAddress();
    }

    /** {@return whether it is [::], which must be bound after the others} */
    static boolean isAll6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address all && all.isAnyLocalAddress();
    }
}
