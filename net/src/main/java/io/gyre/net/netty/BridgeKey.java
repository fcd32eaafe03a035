package io.gyre.net.netty;

import io.gyre.loop.ChannelRegistration;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** A registration as Netty's channels read it: they ask the key for their interest. */
final class BridgeKey extends SelectionKey {
    private final ChannelRegistration registration;
    private int readyOps;

    BridgeKey(ChannelRegistration registration) {
        this.registration = registration;
    }

    /** Takes what is ready, and keeps it for {@link #readyOps}. */
    int takeReady() {
        readyOps = registration.takeReady();
        return readyOps;
    }

    @Override
    public SelectableChannel channel() {
        return registration.channel();
    }

    /** The loop keeps its selector to itself. */
    @Override
    public Selector selector() {
        throw new UnsupportedOperationException("the selector of " + registration
                + " belongs to Gyre's loop; set the interest here, and read readyOps");
    }

    @Override
    public boolean isValid() {
        return registration.isValid();
    }

    @Override
    public void cancel() {
        registration.giveUp();
    }

    @Override
    public int interestOps() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
        return registration.interest();
    }

    @Override
    public SelectionKey interestOps(int ops) {
        try {
            registration.setInterest(ops);
        } catch (ClosedChannelException closed) {
            throw new CancelledKeyException();
        }
        return this;
    }

    @Override
    public int readyOps() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
        return readyOps;
    }
}
