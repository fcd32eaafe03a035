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
     *
     * Engines differ. After the handshake OpenSSL's has something to send only if the result of a call says so, and not its
     * status; once the output has ended it asks for bytes for ever, and says CLOSED while its input is open; it needs room for
     * plain bytes even in the handshake. So the results count, and the status only where there is no result. An engine that moves no bytes call
     * after call would keep the loop for ever: that is a failure.
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

    /** An engine answers now and then without moving bytes, to say what it needs; some do so twice in a row. */
    private static final int MAX_IDLE_CALLS = 100;

    /** More than any engine decrypts at once: 16 KiB and some, by RFC 5246, 6.2.3. */
    private static final int MAX_RECORD_BYTES = 20 << 10;

    final SSLEngine engine;
    final CipherInput input;
    final CipherOutput output;
    private final FirstBytes firstBytes;
    private final ServerFlight serverFlight = new ServerFlight();
    private final boolean client;
    private final TlsFailures failures;
    private final RecordBuffers buffers = RecordBuffers.OF_LOOP.get();
    private ByteBuffer decrypted = NOTHING;

    /** All whole records that have arrived were decrypted. */
    private boolean drained;

    /** The caller's buffer has no room for the next record. */
    private boolean roomIsShort;

    private boolean peerHasEnded;
    private int idleCalls;
    private @Nullable IOException failure;

    TlsEngine(SSLEngine engine, CipherInput input, CipherOutput output, TlsFailures failures) {
        this.engine = engine;
        this.input = input;
        this.output = output;
        this.failures = failures;
        this.client = engine.getUseClientMode();
        this.firstBytes = new FirstBytes(client);
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
        boolean ending = engine.isOutboundDone() || engine.isInboundDone();
        return status == HandshakeStatus.NEED_TASK || (status == HandshakeStatus.NEED_UNWRAP && !ending);
    }

    IOException refuseRenegotiation() {
        return fail(failures.renegotiation());
    }

    /** {@return the task that the engine needs; null if it is gone} */
    @Nullable
    Runnable task() throws IOException {
        Runnable task = engine.getDelegatedTask();
        if (task == null) {
            countIdle("handshake needs a task, and there is none");
        }
        return task;
    }

    /** {@return false if the peer must send more} */
    private boolean unwrapMessage() throws IOException {
        throwFailure();
        ByteBuffer bytes = input.open();
        ByteBuffer plain = buffers.take();
        int record = bytes.position();
        try {
            for (; ; ) {
                firstBytes.require(bytes, failures);
                record = bytes.position();
                SSLEngineResult result = engine.unwrap(bytes, plain);
                if (client) {
                    serverFlight.see(bytes.duplicate().flip().position(record));
                }
                switch (result.getStatus()) {
                    case OK, BUFFER_OVERFLOW -> {
                        requireProgress("unwrap", result);
                        return true;
                    }
                    case BUFFER_UNDERFLOW -> {
                        if (engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
                            requireProgress("unwrap", result);
                            return true; // the call has completed the handshake
                        }
                        if (!fetch(bytes)) {
                            requireMore();
                            return false;
                        }
                    }
                    case CLOSED -> throw failures.endedInHandshake();
                }
            }
        } catch (SSLException broken) {
            String alert = PlainAlert.at(bytes, record);
            throw fail(alert == null ? broken : failures.refused(alert, broken, engine));
        } finally {
            input.close(bytes);
            keep(plain.flip());
            buffers.giveBack(plain);
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
            SSLEngineResult result;
            do {
                result = engine.wrap(NOTHING, records);
                requireProgress("wrap", result);
                if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                    sendMessages(records);
                    records.clear();
                }
            } while (result.getStatus() == Status.BUFFER_OVERFLOW || mustWrap(result));
        } catch (SSLException broken) {
            throw fail(broken);
        } catch (RuntimeException broken) {
            throw fail(failures.unexpected(broken));
        } finally {
            try {
                sendMessages(records);
            } finally {
                buffers.giveBack(records);
            }
        }
    }

    private void sendMessages(ByteBuffer records) throws IOException {
        records.flip();
        if (!client) {
            serverFlight.see(records);
        }
        output.add(records);
    }

    private static boolean mustWrap(SSLEngineResult result) {
        boolean ended = result.getStatus() == Status.CLOSED && result.bytesProduced() == 0;
        return !ended && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }

    /** {@return whether the handshake has resumed a session} */
    boolean isResumed() {
        return serverFlight.resumes();
    }

    // ---- progress

    private void requireProgress(String call, SSLEngineResult result) throws IOException {
        if (result.bytesConsumed() > 0 || result.bytesProduced() > 0) {
            idleCalls = 0;
        } else {
            countIdle(call + " moves no bytes and says " + result.getStatus() + ", " + result.getHandshakeStatus());
        }
    }

    private void countIdle(String reason) throws IOException {
        if (++idleCalls > MAX_IDLE_CALLS) {
            throw fail(failures.stuck(engine, reason));
        }
    }

    /** Adds what has arrived since. {@return whether there was anything} */
    private boolean fetch(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() == bytes.capacity()) {
            throw fail(failures.stuck(engine, "unwrap finds no whole record in " + bytes.remaining() + " bytes"));
        }
        return input.fetch(bytes);
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

    /** Decrypts bytes that nobody wants any more, as many as fit into one buffer. {@return as {@link #unwrap}} */
    int discard() throws IOException {
        ByteBuffer discarded = buffers.take();
        try {
            return unwrap(discarded, true);
        } finally {
            buffers.giveBack(discarded);
        }
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
            roomIsShort = false;
            while (target.hasRemaining() && unwrapRecord(bytes, target)) {
                // until the buffer is full, or no whole record is left
            }
            if (roomIsShort) {
                unwrapAside(bytes, target);
            }
        } catch (IOException broken) {
            fail(broken); // thrown when the bytes before it are delivered
        } catch (RuntimeException broken) {
            fail(failures.unexpected(broken));
        } finally {
            input.close(bytes);
        }
    }

    /** {@return whether to go on} */
    private boolean unwrapRecord(ByteBuffer bytes, ByteBuffer target) throws IOException {
        SSLEngineResult result = engine.unwrap(bytes, target);
        switch (statusOfInput(result, target)) {
            case OK -> requireProgress("unwrap", result);
            case BUFFER_UNDERFLOW -> {
                drained = !fetch(bytes);
                return !drained;
            }
            case BUFFER_OVERFLOW -> {
                roomIsShort = true;
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

    /** {@return what the result says of the input} Once the output has ended, OpenSSL's engine is CLOSED whatever it does. */
    private Status statusOfInput(SSLEngineResult result, ByteBuffer target) {
        if (result.getStatus() != Status.CLOSED || engine.isInboundDone()) {
            return result.getStatus();
        }
        if (result.bytesConsumed() > 0 || result.bytesProduced() > 0) {
            return Status.OK;
        }
        return target.remaining() < MAX_RECORD_BYTES ? Status.BUFFER_OVERFLOW : Status.BUFFER_UNDERFLOW;
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
        roomIsShort = false;
        try {
            while (unwrapRecord(bytes, whole) && whole.position() == 0) {
                // a message, or a part of a record
            }
            if (roomIsShort && whole.position() == 0) {
                throw failures.stuck(engine, "unwrap finds no room in " + whole.capacity() + " bytes");
            }
        } finally { // what was decrypted before a failure is delivered before it
            keep(whole.flip());
            buffers.giveBack(whole);
            deliver(target);
        }
    }

    /** Keeps plain bytes for the next reader, behind those that it keeps already. */
    private void keep(ByteBuffer plain) {
        if (plain.hasRemaining()) {
            int size = decrypted.remaining() + plain.remaining();
            decrypted = ByteBuffer.allocate(size).put(decrypted).put(plain).flip();
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
        boolean messages;
        try {
            SSLEngineResult result;
            do {
                result = engine.wrap(sources, first, sources.length - first, records);
                if (result.getStatus() == Status.CLOSED && result.bytesConsumed() == 0) {
                    throw failures.endedByPeer(engine);
                }
                taken += result.bytesConsumed();
                requireProgress("wrap", result);
            } while (result.bytesProduced() > 0 && hasRemaining(sources, first));
            messages = mustWrap(result);
        } catch (SSLException broken) {
            throw fail(broken);
        } catch (RuntimeException broken) {
            throw fail(failures.unexpected(broken));
        } finally {
            try {
                output.add(records.flip());
            } finally {
                buffers.giveBack(records);
            }
        }
        if (messages) {
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
        if (!engine.isOutboundDone()) {
            wrapMessages();
        }
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
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    wrapMessages();
                }
            } catch (IOException | RuntimeException notSent) {
                // the peer is gone, or the engine has nothing to say or is broken
            }
        }
        return failure;
    }
}
