package io.gyre.net.tls;

import io.gyre.loop.Async;
import io.gyre.net.BufferedStream;
import io.gyre.net.testing.MemoryStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A stream whose transport has a mistake: from some moment on it throws what no stream may throw. */
final class FailingStream extends BufferedStream {
    private final MemoryStream inner;
    private @Nullable RuntimeException ofSending;
    private @Nullable RuntimeException ofReceiving;

    FailingStream(MemoryStream inner) {
        this.inner = inner;
    }

    void failToSend(RuntimeException failure) {
        ofSending = failure;
    }

    void failToReceive(RuntimeException failure) {
        ofReceiving = failure;
    }

    @Override
    protected int receive(ByteBuffer target) throws IOException {
        return inner.tryRead(target);
    }

    @Override
    protected void awaitReceivable() throws IOException {
        if (ofReceiving != null) {
            throw ofReceiving;
        }
        inner.awaitReadable();
    }

    @Override
    protected void wakeReceiver() {}

    @Override
    protected int send(ByteBuffer source) throws IOException {
        if (ofSending != null) {
            throw ofSending;
        }
        int start = source.position();
        inner.tryWrite(source);
        return source.position() - start;
    }

    @Override
    protected void awaitSendable() throws IOException {
        Async.sleep(Duration.ofMillis(1)); // on the clock of the test
    }

    @Override
    protected void endOutput() throws IOException {
        inner.closeOutput();
    }

    @Override
    protected void closeTransport() throws IOException {
        inner.close();
    }

    @Override
    protected void abortTransport() {
        inner.abort();
    }

    @Override
    public String toString() {
        return "FailingStream[" + inner + "]";
    }
}
