package io.gyre.loop.internal.poll;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.function.Consumer;

/** A channel with one owner, who sets the interest in all operations and takes what is ready. */
public final class OwnedInterest extends Registered {
    /*
     * Design.
     *
     * The system is level-triggered: it reports a ready channel in each select, also while its owner is parked and
     * cannot take what was reported. The loop would then spin. So a report that finds the previous one still untaken
     * mutes the key, as an Interest is disarmed by an event without a listener; taking what is ready restores it.
     */
    private final ReadinessListener listener;
    private int ops;
    private int readyOps;
    private boolean muted;

    OwnedInterest(SelectionKey key, ReadinessListener listener) {
        super(key);
        this.listener = listener;
    }

    /** {@return who is told} */
    public ReadinessListener listener() {
        return listener;
    }

    /** {@return the operations of {@link SelectionKey} that the owner wants to be told of} */
    public int ops() {
        return ops;
    }

    /**
     * Sets the operations that the owner wants to be told of.
     *
     * @param wanted operations of {@link SelectionKey}
     * @throws IllegalArgumentException if the channel does not support one of them; without a message
     * @throws ClosedChannelException if the channel is closed or given up
     */
    public void setOps(int wanted) throws ClosedChannelException {
        if (!isValid()) {
            throw new ClosedChannelException();
        }
        if (wanted != ops) {
            setKey(wanted);
            ops = wanted;
            muted = false;
        }
    }

    private void setKey(int wanted) throws ClosedChannelException {
        try {
            key.interestOps(wanted);
        } catch (CancelledKeyException closedMeanwhile) {
            throw new ClosedChannelException();
        }
    }

    /** {@return the operations that are ready and wanted, since the last call} */
    public int takeReady() {
        int taken = readyOps & ops;
        readyOps = 0;
        if (muted) {
            muted = false;
            try {
                setKey(ops);
            } catch (ClosedChannelException closedMeanwhile) {
                return 0; // the listener is told by the next poll
            }
        }
        return taken;
    }

    @Override
    void dispatch() {
        readyOps |= key.readyOps();
        if (!listener.ready()) {
            muted = true;
            key.interestOps(0);
        }
    }

    @Override
    public void forEachListener(Consumer<? super ReadinessListener> sink) {
        sink.accept(listener);
    }

    @Override
    void closed() {
        listener.closed();
    }
}
