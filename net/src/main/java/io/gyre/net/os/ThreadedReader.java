package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.Task;
import io.gyre.net.BufferedStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/** The reading end of a blocking stream: a thread waits for the bytes, tasks read them. */
final class ThreadedReader extends BufferedStream {
    private final String name;
    private final Task<?> opener = Async.currentTask();
    private final ReadingThread thread;
    private final Doorbell bell;

    ThreadedReader(String name, ReadingThread thread) {
        this.name = name;
        this.thread = thread;
        this.bell = new Doorbell("something to read from " + name);
    }

    /** {@return the task that opened this reader} */
    Task<?> opener() {
        return opener;
    }

    @Override
    protected int receive(ByteBuffer target) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        return thread.take(target);
    }

    @Override
    protected void awaitReceivable() throws IOException {
        if (thread.want(bell)) {
            bell.await();
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
        }
    }

    @Override
    protected void wakeReceiver() {
        bell.wakeAll();
    }

    @Override
    protected int send(ByteBuffer source) throws IOException {
        throw new IOException(this + " can only be read");
    }

    @Override
    protected void awaitSendable() {}

    @Override
    protected void endOutput() {}

    @Override
    protected void closeTransport() {
        thread.giveBack(takeUndelivered());
        thread.release();
        bell.wakeAll();
    }

    @Override
    protected void abortTransport() {
        closeTransport();
    }

    @Override
    public String toString() {
        return name;
    }
}
