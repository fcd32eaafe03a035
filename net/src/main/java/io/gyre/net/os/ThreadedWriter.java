package io.gyre.net.os;

import io.gyre.loop.LowLevel;
import io.gyre.net.BufferedStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/** The writing end of a blocking stream: tasks write, a thread waits for the reader. */
final class ThreadedWriter extends BufferedStream {
    private final String name;
    private final WritingThread thread;
    private final Doorbell bell;

    ThreadedWriter(String name, WritingThread thread) {
        this.name = name;
        this.thread = thread;
        this.bell = new Doorbell(name + " to take more");
    }

    @Override
    protected int receive(ByteBuffer target) throws IOException {
        throw new IOException(this + " can only be written");
    }

    @Override
    protected void awaitReceivable() {}

    @Override
    protected void wakeReceiver() {}

    @Override
    protected int send(ByteBuffer source) throws IOException {
        return (int) send(new ByteBuffer[] {source}, 0);
    }

    @Override
    protected long send(ByteBuffer[] sources, int first) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        try {
            return thread.put(sources, first);
        } catch (ClosedChannelException | NoThreadException asItIs) {
            throw asItIs;
        } catch (IOException broken) {
            throw new IOException(
                    "nobody reads " + this + " any more: " + LowLevel.describe(broken.getMessage())
                            + ". The program closed it, or ended",
                    broken);
        }
    }

    @Override
    protected void awaitSendable() throws IOException {
        if (thread.wantRoom(bell)) {
            bell.await();
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
        }
    }

    @Override
    protected void endOutput() {
        thread.end();
    }

    @Override
    protected void closeTransport() {
        thread.end();
        bell.wakeAll();
    }

    @Override
    protected void abortTransport() {
        thread.abort();
        bell.wakeAll();
    }

    @Override
    public String toString() {
        return name;
    }
}
