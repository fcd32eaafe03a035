package io.gyre.net;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;

/**
 * A socket's membership in a multicast group. It ends when the membership or the socket is closed.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the socket's loop.
 *
 * @see UdpSocket#join(InetAddress, NetworkInterface)
 */
public final class Membership implements AutoCloseable {
    private final MembershipKey key;

    Membership(MembershipKey key) {
        this.key = key;
    }

    /** {@return the address of the group} */
    public InetAddress group() {
        return key.group();
    }

    /** {@return the interface that receives the group's packets} */
    public NetworkInterface networkInterface() {
        return key.networkInterface();
    }

    /** {@return whether neither the membership nor the socket has been closed} */
    public boolean isOpen() {
        return key.isValid();
    }

    /**
     * Leaves the group. Packets that have already arrived are still received. <b>Suspends:</b> no. Idempotent.
     */
    @Override
    public void close() {
        key.drop();
    }

    @Override
    public String toString() {
        InetAddress source = key.sourceAddress();
        return "Membership[" + group().getHostAddress() + " on "
                + networkInterface().getName() + (source == null ? "" : ", sent by " + source.getHostAddress()) + "]";
    }
}
