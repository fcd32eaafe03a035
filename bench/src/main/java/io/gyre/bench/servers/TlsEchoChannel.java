package io.gyre.bench.servers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The same over TLS: an {@link SSLEngine}, and nothing in between. It computes the handshake on the loop. */
final class TlsEchoChannel extends EchoChannel {
    /** More than any record has. */
    private static final int RECORD_BYTES = 17 * 1024;

    // In arrays, which the engines of the JDK need. One thread serves all.
    private static final ByteBuffer RECEIVED = ByteBuffer.allocate(EchoServer.RECEIVE_BYTES + RECORD_BYTES);
    private static final ByteBuffer PLAIN = ByteBuffer.allocate(RECORD_BYTES);
    private static final ByteBuffer SENT = ByteBuffer.allocate(2 * RECEIVED.capacity());
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;

    /** The part of a record that has come, or nothing. */
    private ByteBuffer part = NOTHING;

    private boolean ends;

    TlsEchoChannel(SocketChannel channel, SSLEngine engine) throws IOException {
        super(channel);
        this.engine = engine;
        engine.setUseClientMode(false);
    }

    @Override
    Next echo(ByteBuffer shared) {
        try {
            RECEIVED.clear().put(part);
            if (channel().read(RECEIVED.limit(RECEIVED.position() + EchoServer.RECEIVE_BYTES)) < 0) {
                return Next.NOTHING;
            }
            RECEIVED.flip();
            SENT.clear();
            advance();
            part = RECEIVED.hasRemaining()
                    ? ByteBuffer.allocate(RECEIVED.remaining()).put(RECEIVED).flip()
                    : NOTHING;
            return write(SENT.flip());
        } catch (IOException broken) {
            return Next.NOTHING;
        }
    }

    private void advance() throws SSLException {
        HandshakeStatus status = engine.getHandshakeStatus();
        for (; ; ) {
            switch (status) {
                case NEED_TASK -> {
                    engine.getDelegatedTask().run();
                    status = engine.getHandshakeStatus();
                }
                case NEED_WRAP -> status = engine.wrap(NOTHING, SENT).getHandshakeStatus();
                default -> {
                    if (!RECEIVED.hasRemaining()) {
                        return;
                    }
                    SSLEngineResult result = engine.unwrap(RECEIVED, PLAIN.clear());
                    for (PLAIN.flip(); PLAIN.hasRemaining(); ) {
                        engine.wrap(PLAIN, SENT);
                    }
                    if (result.getStatus() != Status.OK) {
                        end(result.getStatus() == Status.CLOSED);
                        return;
                    }
                    status = result.getHandshakeStatus();
                }
            }
        }
    }

    private void end(boolean isEnd) throws SSLException {
        if (isEnd) {
            ends = true;
            engine.closeOutbound();
            engine.wrap(NOTHING, SENT);
        }
    }

    @Override
    Next whenWritten() {
        return ends ? Next.NOTHING : Next.READ;
    }
}
