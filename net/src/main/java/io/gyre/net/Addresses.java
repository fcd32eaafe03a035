package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Formats and orders addresses. */
final class Addresses {
    private Addresses() {}

    /** {@return an address in its usual notation, without a look-up} */
    static String text(InetSocketAddress address) {
        return LowLevel.describe(address);
    }

    /**
     * {@return the addresses with IPv4 and IPv6 alternating, starting with the family of the first: if one family does
     * not work here, the other is tried soon}
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8305#section-4">RFC 8305, section 4</a>
     */
    static List<InetAddress> interleaved(List<InetAddress> addresses) {
        Queue<InetAddress> preferred = new ArrayDeque<>();
        Queue<InetAddress> other = new ArrayDeque<>();
        for (InetAddress address : addresses) {
            boolean likeTheFirst = address instanceof Inet4Address == addresses.getFirst() instanceof Inet4Address;
            (likeTheFirst ? preferred : other).add(address);
        }
        var inTurn = new ArrayList<InetAddress>();
        while (!preferred.isEmpty() || !other.isEmpty()) {
            moveOne(preferred, inTurn);
            moveOne(other, inTurn);
        }
        return inTurn;
    }

    private static void moveOne(Queue<InetAddress> from, List<InetAddress> to) {
        InetAddress next = from.poll();
        if (next != null) {
            to.add(next);
        }
    }

    /** Refuses an address whose name was not looked up. */
    static void requireResolved(InetSocketAddress address, String remedy) throws UnknownHostException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(LowLevel.describe(address.getHostString()) + " is not resolved; " + remedy);
        }
    }
}
