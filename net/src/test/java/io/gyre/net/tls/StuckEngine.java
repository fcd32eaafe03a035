package io.gyre.net.tls;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** An engine that stops to move bytes, without saying so. */
final class StuckEngine extends EngineShell {
    /** What an engine says that goes nowhere. */
    enum Fault {
        NONE(null, null),
        WRAPS_NOTHING(Status.OK, HandshakeStatus.NEED_WRAP),
        NEEDS_MORE_ROOM_TO_WRAP(Status.BUFFER_OVERFLOW, HandshakeStatus.NEED_WRAP),
        UNWRAPS_NOTHING(Status.OK, HandshakeStatus.NEED_UNWRAP),
        NEEDS_MORE_ROOM_TO_UNWRAP(Status.BUFFER_OVERFLOW, HandshakeStatus.NEED_UNWRAP),
        NEEDS_MORE_BYTES(Status.BUFFER_UNDERFLOW, HandshakeStatus.NEED_UNWRAP),
        NEEDS_MORE_BYTES_AND_NO_MORE(Status.BUFFER_UNDERFLOW, HandshakeStatus.NEED_UNWRAP_AGAIN),
        HAS_NO_TASK(Status.OK, HandshakeStatus.NEED_TASK),
        TAKES_NO_PLAIN_BYTES(Status.OK, HandshakeStatus.NOT_HANDSHAKING),
        TAKES_NO_RECORD(Status.OK, HandshakeStatus.NOT_HANDSHAKING),
        SEES_NO_WHOLE_RECORD(Status.BUFFER_UNDERFLOW, HandshakeStatus.NOT_HANDSHAKING),
        SEES_NO_ROOM_FOR_A_RECORD(Status.BUFFER_OVERFLOW, HandshakeStatus.NOT_HANDSHAKING),
        SEES_NO_ROOM_FOR_PLAIN_BYTES(Status.BUFFER_OVERFLOW, HandshakeStatus.NOT_HANDSHAKING);

        private final @Nullable Status status;
        private final @Nullable HandshakeStatus handshake;

        Fault(@Nullable Status status, @Nullable HandshakeStatus handshake) {
            this.status = status;
            this.handshake = handshake;
        }
    }

    private Fault fault;

    private StuckEngine(SSLEngine inner, Fault fault) {
        super(inner);
        this.fault = fault;
    }

    void get(Fault newFault) {
        fault = newFault;
    }

    /** {@return options whose engines have a fault; they are added to a list} */
    static TlsOptions in(TlsOptions options, Fault fault, List<StuckEngine> made) {
        return options.withEngines((client, host, port) -> {
            var engine = new StuckEngine(options.engine(client, host, port), fault);
            made.add(engine);
            return engine;
        });
    }

    static TlsOptions in(TlsOptions options, Fault fault) {
        return in(options, fault, new ArrayList<>());
    }

    private @Nullable SSLEngineResult result() {
        return fault.status == null || fault.handshake == null
                ? null
                : new SSLEngineResult(fault.status, fault.handshake, 0, 0);
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int first, int count, ByteBuffer target) throws SSLException {
        SSLEngineResult result = result();
        return result == null ? super.wrap(sources, first, count, target) : result;
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int first, int count) throws SSLException {
        SSLEngineResult result = result();
        return result == null ? super.unwrap(source, targets, first, count) : result;
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return fault == Fault.HAS_NO_TASK ? null : super.getDelegatedTask();
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        return fault.handshake == null ? super.getHandshakeStatus() : fault.handshake;
    }
}
