package io.gyre.loop;

import io.gyre.loop.internal.poll.Interest;
import io.gyre.loop.internal.poll.OwnedInterest;
import io.gyre.loop.internal.poll.ReadinessListener;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.IdleLoop;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * A channel on the loop whose interest its owner sets, as with a {@link SelectionKey} of a selector of one's own.
 *
 * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
 *
 * @see LowLevel#register
 */
public final class ChannelRegistration {
    private final ChannelListener listener;
    private final SelectableChannel channel;
    private final OwnedInterest interest;
    private @Nullable Object attachment;
    private @Nullable ChannelRegistration next;
    private boolean inLine;

    /** Given up, or its listener has been told of its end. */
    private boolean over;

    private ChannelRegistration(ChannelListener listener, SelectableChannel channel) throws ClosedChannelException {
        this.listener = listener;
        this.channel = channel;
        this.interest = listener.loop.tick.poller.register(channel, new Told());
    }

    static ChannelRegistration register(SelectableChannel channel, ChannelListener listener)
            throws ClosedChannelException {
        if (LoopCore.current() != listener.loop) {
            throw new WrongLoopException(
                    listener, listener.loop.face, Async.currentTask(), "Create a listener on each loop.");
        }
        switch (listener.loop.tick.poller.registeredOrNull(channel)) {
            case null -> {}
            case OwnedInterest owned -> throw new BusyException(channel, owned.listener(), listener);
            case Interest interest -> interest.forEachListener(waiting -> requireFree(waiting, listener));
        }
        return new ChannelRegistration(listener, channel);
    }

    private static void requireFree(ReadinessListener waiting, ChannelListener listener) {
        if (waiting instanceof ReadinessWait wait) {
            wait.requireFree(listener);
        }
    }

    /** {@return the channel} */
    public SelectableChannel channel() {
        return channel;
    }

    /** {@return whether the channel is open and was not given up} */
    public boolean isValid() {
        return !over && interest.isValid();
    }

    /** {@return what the owner has attached; null at first} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Attaches an object of the owner.
     *
     * @param object anything
     */
    public void attach(@Nullable Object object) {
        attachment = object;
    }

    /** {@return the operations of {@link SelectionKey} that the owner is told of; none at first} */
    public int interest() {
        return interest.ops();
    }

    /**
     * Sets the operations that the owner is told of, from the next tick on. The listener is called in each tick in which
     * one of them is ready: withdraw {@link SelectionKey#OP_WRITE} and {@link SelectionKey#OP_CONNECT} when they were.
     *
     * @param ops operations of {@link SelectionKey}, combined by {@code |}; 0 for none
     * @throws IllegalArgumentException if this kind of channel does not support one of them
     * @throws ClosedChannelException if the channel is closed or was given up
     */
    public void setInterest(int ops) throws ClosedChannelException {
        listener.loop.checkLoopThread("setInterest");
        try {
            interest.setOps(ops);
        } catch (IllegalArgumentException unsupported) { // it has no message
            throw new IllegalArgumentException(
                    Describe.object(channel) + " does not support the operations " + ops
                            + " of SelectionKey, only those in " + channel.validOps() + ".",
                    unsupported);
        }
    }

    /**
     * {@return the operations that have become ready since the last call, without those that are not of {@linkplain
     * #interest interest} any more; 0 for none}
     */
    public int takeReady() {
        listener.loop.checkLoopThread("takeReady");
        return interest.takeReady();
    }

    /**
     * Gives the channel up: it stays open, its owner is told nothing any more, and it can be registered or waited for
     * again. Does nothing if the registration is not valid.
     */
    public void giveUp() {
        listener.loop.checkLoopThread("giveUp");
        if (!over) {
            listener.loop.tick.poller.giveUp(interest);
            over = true;
        }
    }

    // ---- the line of its listener

    void setNext(ChannelRegistration registration) {
        next = registration;
    }

    /** {@return the next in line} */
    @Nullable
    ChannelRegistration leaveLine() {
        ChannelRegistration following = next;
        next = null;
        inLine = false;
        return following;
    }

    private boolean standInLine() {
        if (inLine) {
            return false;
        }
        inLine = true;
        listener.add(this);
        return true;
    }

    /** Tells the owner that the channel was closed, unless the owner knows. */
    void tellClosed() {
        if (!over) {
            over = true;
            listener.tell(this);
        }
    }

    /** What the poller calls. */
    final class Told implements ReadinessListener {
        @Override
        public boolean ready() {
            return standInLine();
        }

        @Override
        public void closed() {
            if (listener.loop.isClosed()) {
                tellClosed();
            } else {
                standInLine();
            }
        }

        IdleLoop.@Nullable Hold hold() {
            return interest() == 0
                    ? null
                    : new IdleLoop.Hold(listener.name(), "registered for " + Describe.object(channel), true);
        }

        @Override
        public String toString() {
            return listener.name();
        }
    }

    @Override
    public String toString() {
        return "registration of " + Describe.object(channel);
    }
}
