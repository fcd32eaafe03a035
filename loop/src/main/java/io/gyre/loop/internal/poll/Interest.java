package io.gyre.loop.internal.poll;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One channel in a poller: who listens to it, and which operations its key is armed for. */
public final class Interest {
    /*
     * Design.
     *
     * Interest is sticky. A listener that has got its readiness is gone, but the operation stays armed, because whoever
     * reads once will nearly always read again; arming and disarming for each read would cost two epoll_ctl calls. Only
     * when an event fires that nobody wants is the operation disarmed: the system reports levels, and would report this
     * one in each select until then. A connect ends once, and is disarmed with it.
     *
     * Listeners stay for as long as the channel does, so that waiting allocates nothing after the first time.
     */
    /** Where the poller keeps this interest; -1 once it no longer does. Set by the poller. */
    int place;

    private final SelectionKey key;
    private int armedOps;
    private @Nullable ReadinessListener reader;
    private @Nullable ReadinessListener writer;

    Interest(SelectionKey key) {
        this.key = key;
    }

    /**
     * {@return the listener, or null if none was ever set}
     *
     * @param direction for which direction
     */
    public @Nullable ReadinessListener listener(Direction direction) {
        return direction == Direction.READ ? reader : writer;
    }

    /**
     * Sets the listener.
     *
     * @param direction for which direction
     * @param listener who is told from now on
     */
    public void setListener(Direction direction, ReadinessListener listener) {
        if (direction == Direction.READ) {
            reader = listener;
        } else {
            writer = listener;
        }
    }

    /**
     * Asks the system to report an operation, until an event of it fires that nobody wants.
     *
     * @param op one operation of {@link SelectionKey} that the channel supports
     * @throws ClosedChannelException if the channel is closed
     */
    public void arm(int op) throws ClosedChannelException {
        if ((armedOps & op) == 0) {
            try {
                key.interestOps(armedOps | op);
            } catch (CancelledKeyException closed) {
                throw new ClosedChannelException();
            }
            armedOps |= op;
        }
    }

    /** {@return whether the channel is open and registered} */
    public boolean isValid() {
        return key.isValid();
    }

    /** Passes readiness on. Runs inside the select: changes interest, never selects. */
    void dispatch() {
        int readyOps = key.readyOps();
        int unwanted = unwanted(reader, readyOps & Direction.READ.ops)
                | unwanted(writer, readyOps & Direction.WRITE.ops)
                | (readyOps & SelectionKey.OP_CONNECT);
        if (unwanted != 0) {
            armedOps &= ~unwanted;
            key.interestOps(armedOps);
        }
    }

    private static int unwanted(@Nullable ReadinessListener listener, int ops) {
        return ops != 0 && listener != null && listener.ready() ? 0 : ops;
    }

    void forEachListener(Consumer<? super ReadinessListener> sink) {
        if (reader != null) {
            sink.accept(reader);
        }
        if (writer != null) {
            sink.accept(writer);
        }
    }

    void closed() {
        if (reader != null) {
            reader.closed();
        }
        if (writer != null) {
            writer.closed();
        }
    }
}
