package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** How sockets get the address that was asked for, and no other. */
final class Binding {
    /*
     * Design.
     *
     * A socket of the JDK is one of IPv6 unless told otherwise, and 0.0.0.0 means all addresses of both families to it: a port
     * would be open to IPv6 that nobody has asked for. So the family of the socket is the family of its address.
     *
     * [::] takes IPv4, too, on sockets of the JDK, which knows no IPV6_V6ONLY; the system then refuses [::] beside 0.0.0.0. It
     * does not if both have SO_REUSEPORT, and gives IPv4 to the more special of them, which is 0.0.0.0. That option lets others
     * take the port, too. So 0.0.0.0 gets it when it is bound, which must have succeeded without; and [::] is bound with it only
     * if it could not be without and [::1] can, in which case it is IPv4 that is in the way and not another [::]. The other way
     * round there is no telling, whatever options [::] has: each address of IPv4 that could be tried is in the way of [::] as of
     * another 0.0.0.0. So a server binds [::] last.
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

    /** {@return a socket that listens} */
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

    /** {@return a socket that receives datagrams} */
    static DatagramChannel receive(InetSocketAddress address, SocketOptions options) throws IOException {
        return bound("cannot bind to ", DatagramChannel::open, options, DatagramChannel::bind, address);
    }

    /**
     * Checks that nobody listens on an address, for those who are about to bind in a way that the system would allow all the same.
     *
     * @throws BindException if somebody does
     */
    static void requireFree(InetSocketAddress address) throws IOException {
        if (address.isUnresolved() || address.getPort() == 0) {
            return;
        }
        // Bound and not listening, it takes no connection from anybody.
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

    /** {@return what says where, too} */
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
            throw noIPv6(noSuchFamily);
        }
    }

    /** {@return a socket for datagrams to and from a peer} */
    static DatagramChannel openDatagram(InetSocketAddress peer, SocketOptions options) throws IOException {
        return opened(DatagramChannel::open, options, peer, (channel, where) -> {});
    }

    /** {@return what is wrong when the JDK says no more than that it does not support an address} */
    static NoIPv6Exception noIPv6(RuntimeException refused) {
        return new NoIPv6Exception(refused);
    }

    /** Thrown where a socket cannot have an address of IPv6. Callers that know the address add it. */
    static final class NoIPv6Exception extends SocketException {
        private static final long serialVersionUID = 1;

        private NoIPv6Exception(RuntimeException refused) {
            super(
                    "the socket has no IPv6: its own address is an IPv4 address, or the system has none, or the JVM was"
                            + " started with java.net.preferIPv4Stack=true",
                    refused);
        }
    }

    private static boolean isAll4(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address all && all.isAnyLocalAddress();
    }

    /** {@return whether it is the address that must be bound behind others} */
    static boolean isAll6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address all && all.isAnyLocalAddress();
    }
}
