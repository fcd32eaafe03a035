package io.gyre.net;

import io.gyre.loop.LoopLocal;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A channel that its user must close. If the user does not, it is closed with its loop or once unreachable, with a
 * warning.
 */
final class Unclosed implements Runnable {
    /*
     * Design.
     *
     * A descriptor that nobody closes leaks silently, until none are left. So each stream and socket that users open is
     * known to its loop, with the place that opened it. Connections of servers are not: the server closes them. This
     * object must not reference the stream itself, which would then never become unreachable. run() is called once, by
     * whichever comes first: close (which has set `closed` by then), the end of the loop or the cleaner's thread.
     */
    private static final Cleaner CLEANER =
            Cleaner.create(Thread.ofPlatform().daemon().name("gyre-unclosed").factory());
    private static final LoopLocal<Set<Unclosed>> OF_LOOP =
            LoopLocal.withInitial(ConcurrentHashMap::newKeySet, Unclosed::closeAll);

    private final NetworkChannel channel;
    private final Set<Unclosed> ofLoop;
    private final Object openedAt = LowLevel.origin();
    private Cleaner.@Nullable Cleanable cleanable;
    private volatile boolean loopClosed;
    private volatile boolean givenAway;

    private Unclosed(NetworkChannel channel) {
        this.channel = channel;
        this.ofLoop = OF_LOOP.get();
    }

    /** {@return an object that closes the channel of a stream or socket if its user does not} */
    static Unclosed watch(Object owner, NetworkChannel channel) {
        var unclosed = new Unclosed(channel);
        unclosed.ofLoop.add(unclosed);
        unclosed.cleanable = CLEANER.register(owner, unclosed);
        return unclosed;
    }

    /** The user has closed the channel. Any thread. */
    void closed() {
        if (cleanable != null) {
            cleanable.clean();
        }
    }

    /** The user has given the channel away, and its new owner closes it. */
    void givenAway() {
        givenAway = true;
        closed();
    }

    private static void closeAll(Set<Unclosed> ofLoop) {
        for (Unclosed unclosed : List.copyOf(ofLoop)) {
            unclosed.loopClosed = true;
            unclosed.closed();
        }
    }

    @Override
    public void run() {
        ofLoop.remove(this);
        if (channel.isOpen() && !givenAway) {
            String what = describe();
            try {
                channel.close();
            } catch (IOException alreadyBroken) {
                // the channel is gone in any case
            }
            NetLog.warn(
                    () -> what + " was not closed" + (loopClosed ? " when its loop ended" : " and became unreachable")
                            + "; it is closed now. It was opened at "
                            + openedAt + ". Close it with try-with-resources.");
        }
    }

    private String describe() {
        String kind = channel instanceof DatagramChannel ? "a UDP socket" : "a stream";
        try {
            SocketAddress local = channel.getLocalAddress();
            SocketAddress peer = channel instanceof SocketChannel stream ? stream.getRemoteAddress() : null;
            return kind + (peer == null ? " on " + text(local) : " to " + text(peer));
        } catch (IOException alreadyBroken) {
            return kind;
        }
    }

    private static String text(@Nullable SocketAddress address) {
        return address == null ? "no address" : StreamServer.text(address);
    }
}
