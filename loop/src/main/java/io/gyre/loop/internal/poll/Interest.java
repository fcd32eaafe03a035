package io.gyre.loop.internal.poll;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A channel that tasks wait for: its listeners, and the operations for which its key is armed. */
public final class Interest extends Registered {
    /*
     * Design.
     *
     * Interest is sticky. A listener leaves once it has its readiness, but the operation stays armed, because a task
     * that reads once nearly always reads again; arming and disarming for each read would cost two epoll_ctl calls. The
     * operation is disarmed when an event fires without a listener: the system is level-triggered and would report it
     * in each select until then. A connect ends once, and is then disarmed.
     *
     * Listener objects live as long as the channel, so waiting allocates nothing after the first time.
     */
    private int armedOps;
    private @Nullable ReadinessListener reader;
    private @Nullable ReadinessListener writer;

    Interest(SelectionKey key) {
        super(key);
    }

    /**
     * {@return the listener, or null if none has been set}
     *
     * @param direction for which direction
     */
    public @Nullable ReadinessListener listener(Direction direction) {
        return direction == Direction.READ ? reader : writer;
    }

    /**
     * Sets the listener.
     *
     * @param direction the direction
     * @param listener the new listener
     */
    public void setListener(Direction direction, ReadinessListener listener) {
        if (direction == Direction.READ) {
            reader = listener;
        } else {
            writer = listener;
        }
    }

    /**
     * Asks the system to report an operation, until it fires without a listener.
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

    @Override
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

    @Override
    public void forEachListener(Consumer<? super ReadinessListener> sink) {
        if (reader != null) {
            sink.accept(reader);
        }
        if (writer != null) {
            sink.accept(writer);
        }
    }

    @Override
    void closed() {
        if (reader != null) {
            reader.closed();
        }
        if (writer != null) {
            writer.closed();
        }
    }
}
