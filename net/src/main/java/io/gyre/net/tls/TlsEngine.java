package io.gyre.net.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** An engine between plain bytes and the encrypted bytes of both directions: everything that needs no wait. */
final class TlsEngine {
    /*
     * Design.
     *
     *     TlsStream               what users see: a BufferedStream
     *     TlsHandshake            who makes the handshake, and for how long
     *     TlsEngine               the engine, without waiting
     *     CipherInput, -Output    the stream below
     *
     * The engine is called on the loop thread only, except its delegated tasks, while which nobody calls it. Decrypted
     * bytes go straight into the caller's buffer, unless it has no room for a whole record.
     */

    /** What a handshake needs next. */
    enum Need {
        /** Nothing: it is over. */
        NOTHING,
        /** Bytes of the peer. */
        INPUT,
        /** A delegated task. */
        TASK
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final SSLEngine engine;
    final CipherInput input;
    final CipherOutput output;
    private final FirstBytes firstBytes;
    private final TlsFailures failures;
    private final RecordBuffers buffers = RecordBuffers.OF_LOOP.get();
    private ByteBuffer decrypted = NOTHING;

    /** All whole records that have arrived were decrypted. */
    private boolean drained;

    private boolean peerHasEnded;
    private @Nullable IOException failure;

    TlsEngine(SSLEngine engine, CipherInput input, CipherOutput output, TlsFailures failures) {
        this.engine = engine;
        this.input = input;
        this.output = output;
        this.failures = failures;
        this.firstBytes = new FirstBytes(engine.getUseClientMode());
    }

    // ---- the handshake

    /** Goes on with the handshake as far as possible without waiting. */
    Need advance() throws IOException {
        for (; ; ) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> {
                    wrapMessages();
                    if (engine.isInboundDone()) {
                        throw failures.endedInHandshake();
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrapMessage()) {
                        return Need.INPUT;
                    }
                }
                case NEED_TASK -> {
                    return Need.TASK;
                }
                case NOT_HANDSHAKING, FINISHED -> {
                    return Need.NOTHING;
                }
            }
        }
    }

    /** {@return whether the engine waits for something that is not in the way of plain bytes} */
    boolean isHandshaking() {
        HandshakeStatus status = engine.getHandshakeStatus();
        return status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_UNWRAP;
    }

    IOException refuseRenegotiation() {
        return fail(failures.renegotiation());
    }

    private boolean unwrapMessage() throws IOException {
        throwFailure();
        ByteBuffer bytes = input.open();
        int record = bytes.position();
        try {
            for (; ; ) {
                firstBytes.require(bytes, failures);
                record = bytes.position();
                SSLEngineResult result = engine.unwrap(bytes, NOTHING);
                switch (result.getStatus()) {
                    case OK -> {
                        return true;
                    }
                    case BUFFER_UNDERFLOW -> {
                        if (!input.fetch(bytes)) {
                            requireMore();
                            return false;
                        }
                    }
                    case BUFFER_OVERFLOW -> {
                        return false; // plain bytes between the messages of a later handshake
                    }
                    case CLOSED -> throw failures.endedInHandshake();
                }
            }
        } catch (SSLException broken) {
            String alert = PlainAlert.at(bytes, record);
            throw fail(alert == null ? broken : failures.refused(alert, broken, engine));
        } finally {
            input.close(bytes);
        }
    }

    private void requireMore() throws IOException {
        if (input.isEnded()) {
            throw failures.endedInHandshake();
        }
    }

    /** Encrypts and sends the messages that the engine has ready. */
    private void wrapMessages() throws IOException {
        ByteBuffer records = buffers.take();
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                SSLEngineResult result = engine.wrap(NOTHING, records);
                if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                    output.add(records.flip());
                    records.clear();
                } else if (result.getStatus() == Status.CLOSED && result.bytesProduced() == 0) {
                    break;
                }
            }
        } catch (SSLException broken) {
            throw fail(broken);
        } finally {
            try {
                output.add(records.flip());
            } finally {
                buffers.giveBack(records);
            }
        }
    }

    // ---- plain bytes

    /**
     * Decrypts bytes that have arrived. {@return how many; 0 if no whole record is left, -1 if the peer has ended its
     * output}
     */
    int unwrap(ByteBuffer target, boolean endNeedsNoNotice) throws IOException {
        int start = target.position();
        deliver(target);
        if (target.hasRemaining() && !peerHasEnded && failure == null) {
            unwrapInto(target);
        }
        int count = target.position() - start;
        if (count > 0) {
            return count;
        }
        if (peerHasEnded) {
            return -1;
        }
        throwFailure();
        if (drained && input.isEnded()) {
            if (endNeedsNoNotice || input.isEndedHere()) {
                peerHasEnded = true;
                return -1;
            }
            failure = failures.truncated();
            throw failure;
        }
        return 0;
    }

    private void deliver(ByteBuffer target) {
        if (decrypted.hasRemaining()) {
            int length = Math.min(decrypted.remaining(), target.remaining());
            target.put(target.position(), decrypted, decrypted.position(), length)
                    .position(target.position() + length);
            decrypted.position(decrypted.position() + length);
            if (!decrypted.hasRemaining()) {
                decrypted = NOTHING;
            }
        }
    }

    private void unwrapInto(ByteBuffer target) throws IOException {
        drained = false;
        ByteBuffer bytes = input.open();
        try {
            while (target.hasRemaining() && unwrapRecord(bytes, target)) {
                // until the buffer is full, or no whole record is left
            }
        } catch (SSLException broken) {
            fail(broken);
        } finally {
            input.close(bytes);
        }
    }

    /** {@return whether to go on} */
    private boolean unwrapRecord(ByteBuffer bytes, ByteBuffer target) throws IOException {
        SSLEngineResult result = engine.unwrap(bytes, target);
        switch (result.getStatus()) {
            case OK -> {}
            case BUFFER_UNDERFLOW -> {
                drained = !input.fetch(bytes);
                return !drained;
            }
            case BUFFER_OVERFLOW -> {
                unwrapAside(bytes, target);
                return false;
            }
            case CLOSED -> peerHasEnded = true;
        }
        HandshakeStatus status = result.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_WRAP) {
            answer();
        }
        return !peerHasEnded && status != HandshakeStatus.NEED_TASK;
    }

    /** Sends what a record makes the engine say. What cannot be sent fails the next writer, and not this reader. */
    private void answer() throws IOException {
        try {
            wrapMessages();
        } catch (IOException notSent) {
            throwFailure();
        }
    }

    /** For a buffer without room for a whole record. */
    private void unwrapAside(ByteBuffer bytes, ByteBuffer target) throws IOException {
        ByteBuffer whole = buffers.take();
        try {
            while (unwrapRecord(bytes, whole) && whole.position() == 0) {
                // a message, or a part of a record
            }
        } finally { // what was decrypted before a failure is delivered before it
            whole.flip();
            int length = Math.min(whole.remaining(), target.remaining());
            target.put(target.position(), whole, 0, length).position(target.position() + length);
            decrypted = RecordBuffers.copy(whole.position(length));
            buffers.giveBack(whole);
        }
    }

    /** {@return whether a wait for the peer would be in vain} */
    boolean hasSomething() {
        return decrypted.hasRemaining() || peerHasEnded || failure != null || !drained || input.isEnded();
    }

    /** Encrypts and sends plain bytes, as many as fit into one buffer. {@return how many} */
    long wrap(ByteBuffer[] sources, int first) throws IOException {
        throwFailure();
        ByteBuffer records = buffers.take();
        long taken = 0;
        try {
            for (boolean more = true; more; ) {
                SSLEngineResult result = engine.wrap(sources, first, sources.length - first, records);
                if (result.getStatus() == Status.CLOSED && result.bytesConsumed() == 0) {
                    throw failures.endedByPeer();
                }
                taken += result.bytesConsumed();
                more = result.bytesConsumed() > 0 && hasRemaining(sources, first);
            }
        } catch (SSLException broken) {
            throw fail(broken);
        } finally {
            try {
                output.add(records.flip());
            } finally {
                buffers.giveBack(records);
            }
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            wrapMessages();
        }
        return taken;
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int first) {
        for (int i = first; i < sources.length; i++) {
            if (sources[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    // ---- the end

    /** Tells the peer that no more plain bytes follow. */
    void endOutput() throws IOException {
        throwFailure();
        engine.closeOutbound();
        wrapMessages();
    }

    boolean hasPeerEnded() {
        return peerHasEnded;
    }

    // ---- failures

    boolean hasFailed() {
        return failure != null;
    }

    void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    /** Records the first failure, and sends the alert that the engine has for the peer. */
    IOException fail(IOException broken) {
        if (failure == null) {
            failure = broken instanceof SSLException cause ? failures.explain(cause, engine) : broken;
            try {
                wrapMessages();
            } catch (IOException notSent) {
                // the peer is gone, or the engine has nothing to say
            }
        }
        return failure;
    }
}
