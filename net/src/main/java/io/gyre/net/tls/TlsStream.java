package io.gyre.net.tls;

import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.shield;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.net.BufferedStream;
import io.gyre.net.ByteStream;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS over any stream.
 *
 * {@snippet :
 * try (TlsStream stream = TlsStream.connect("example.com", 443, TlsOptions.defaults())) {
 *     stream.write(request);
 *     ...
 * }
 *
 * TcpServer.serve(address, TlsHandler.of(options, stream -> answer(stream)));
 *
 * TlsStream secured = TlsStream.client(stream, "mail.example.com", options); // after STARTTLS
 * }
 *
 * <p>Use only this stream from then on, and not the one below; closing this one closes both. Bytes that the stream below has
 * already received belong to TLS.
 *
 * <p><b>The end.</b> {@link #closeOutput} tells the peer that the output ends, with close_notify; in TLS 1.3 reading goes on.
 * In TLS 1.2 the peer ends its own output in answer, and bytes that it has not yet written cannot be written any more. A stream
 * below that ends without close_notify is a {@link TruncatedStreamException}. {@link #close} sends close_notify and waits a
 * short time for that of the peer ({@link TlsOptions#withCloseTimeout}), because closing a TCP connection with unread bytes
 * resets it. It does not wait for it in a cancelled task, nor while another task reads. If another task is writing, its write
 * is broken off, and the peer is not told that the output was complete.
 *
 * <p>After a cancelled write, bytes that were encrypted count as sent: they go to the stream below in the background, up to 128 KiB
 * of them. {@link #close} waits until it has taken them, and gives up when it takes nothing for 5 s. In a cancelled task it
 * waits for 5 s in all.
 *
 * <p><b>Confinement:</b> as {@link ByteStream}. <b>Resources:</b> a waiting stream holds no buffer.
 *
 * <p><b>Source:</b> trio {@code SSLStream}, asyncio {@code start_tls}. Differs: half-close, and bytes read in advance are kept.
 */
public final class TlsStream extends BufferedStream {
    /*
     * Design: see decisions/0005-tls-under-the-wire.md.
     */
    /** How often {@link #close} looks whether the stream below has taken anything, and how often in vain: 5 s in all. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final int MAX_LOOKS_IN_VAIN = 5;

    /** For a peer that takes nothing, not even what was written before TLS began. */
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(5);

    private static final int UNKNOWN_PORT = -1;

    private final ByteStream below;
    private final TlsValues values;
    private final @Nullable String host;
    private final TlsEngine engine;
    private final TlsHandshake handshake;
    private final ComputingShare share = new ComputingShare();
    private boolean outputEnded;

    /** {@link #close} has sent what was left to be encrypted, or {@link #abort} was called. */
    private boolean ending;

    private boolean plainBytesQueued;
    private boolean writerWaits;
    private boolean readerWaits;
    private @Nullable TlsSession session;

    private TlsStream(ByteStream below, TlsOptions options, SSLEngine engine, @Nullable String host) {
        this.below = below;
        this.values = options.values();
        this.host = host;
        var failures = new TlsFailures(below, engine.getUseClientMode());
        this.engine = new TlsEngine(engine, new CipherInput(below), new CipherOutput(below), failures);
        this.handshake =
                new TlsHandshake(this.engine, failures, values.handshakeTimeout, () -> options.release(engine));
    }

    // ---- beginning

    /**
     * Connects to a server by name or address, and makes the handshake. With options for connecting, use
     * {@code TlsStream.client(TcpStream.connect(host, port, connecting), host, options)}.
     *
     * <p><b>Suspends:</b> until both are done. <b>Cancellation:</b> closes every socket opened so far.
     *
     * @param host a name, or a numeric IPv4 or IPv6 address; the server's certificate must have it
     * @param port 1 to 65535
     * @param options for TLS
     * @return the connection
     * @throws TlsException if the two ends cannot speak TLS with each other
     * @throws CancelledException if the task is cancelled
     * @throws IOException as {@link TcpStream#connect(String, int)}
     */
    public static TlsStream connect(String host, int port, TlsOptions options) throws IOException {
        String name = HostNames.normalized(host);
        return begin(TcpStream.connect(host, port), options, true, name, port);
    }

    /**
     * Wraps a stream to a server, and makes the handshake.
     *
     * <p><b>Suspends:</b> until the handshake is complete, unless it is lazy ({@link TlsOptions#withLazyHandshake}); until the
     * files of the options have been read, the first time. <b>Cancellation:</b> closes the stream below, as any failure does.
     *
     * @param below any stream; belongs to the new one
     * @param host the name or address of the server, which its certificate must have
     * @param options for TLS
     * @return the new stream
     * @throws TlsException if the two ends cannot speak TLS with each other
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the stream below is broken or closed
     */
    public static TlsStream client(ByteStream below, String host, TlsOptions options) throws IOException {
        String name = HostNames.normalized(host);
        int port = below instanceof TcpStream tcp ? tcp.peer().getPort() : UNKNOWN_PORT;
        return begin(below, options, true, name, port);
    }

    /**
     * Wraps a stream to a client, and makes the handshake.
     *
     * <p><b>Suspends:</b> until the handshake is complete, unless it is lazy ({@link TlsOptions#withLazyHandshake}); until the
     * files of the options have been read, the first time. <b>Cancellation:</b> closes the stream below, as any failure does.
     *
     * @param below any stream; belongs to the new one
     * @param options for TLS, with an identity
     * @return the new stream
     * @throws TlsException if the two ends cannot speak TLS with each other
     * @throws CancelledException if the task is cancelled
     * @throws IllegalArgumentException if the options have no identity
     * @throws IOException if the stream below is broken or closed
     */
    public static TlsStream server(ByteStream below, TlsOptions options) throws IOException {
        requireIdentity(options);
        return begin(below, options, false, null, UNKNOWN_PORT);
    }

    static void requireIdentity(TlsOptions options) {
        if (options.values().identities.isEmpty() && options.values().engines == null) {
            throw new IllegalArgumentException("a server must have a certificate: use TlsOptions.withIdentity");
        }
    }

    private static TlsStream begin(
            ByteStream below, TlsOptions options, boolean client, @Nullable String host, int port) throws IOException {
        ByteStream toClose = below;
        try {
            EventLoop _ = EventLoop.current(); // before an engine is made, which may hold memory outside of the heap
            var stream = new TlsStream(below, options, options.engine(client, host, port), host);
            toClose = stream;
            if (!stream.values.lazyHandshake) {
                stream.handshake();
            }
            return stream;
        } catch (TlsException refused) {
            closeAfter(refused, toClose);
            throw refused;
        } catch (Throwable failure) {
            toClose.abort();
            throw failure;
        }
    }

    /** Closes instead of aborting: the peer shall get the alert. */
    private static void closeAfter(TlsException refused, ByteStream stream) {
        try {
            moveOnAfter(REFUSAL_LIMIT, stream::close);
        } catch (Exception alreadyGone) { // whatever the stream below says: the refusal is the reason
            refused.addSuppressed(alreadyGone);
        }
    }

    /**
     * Makes the handshake, if that has not happened yet.
     *
     * <p><b>Suspends:</b> until it is complete, or its time is up ({@link TlsOptions#withHandshakeTimeout}).
     * <b>Cancellation:</b> the next call goes on where this one stopped.
     *
     * @throws TlsException if the two ends cannot speak TLS with each other; close the stream then
     * @throws IOException if the stream below is broken or closed
     */
    public void handshake() throws IOException {
        LowLevel.checkpoint();
        requireOpen();
        completeHandshake();
    }

    private void completeHandshake() throws IOException {
        if (handshake.isDone()) {
            return;
        }
        try {
            handshake.complete();
        } catch (TlsException refused) {
            throw handshakeFailed(refused);
        }
        throwIfClosedMeanwhile();
        if (session == null) {
            session = describeSession();
        }
    }

    // ---- the session

    /**
     * {@return what the two ends have agreed on}
     *
     * @throws IllegalStateException if the handshake is not complete
     */
    public TlsSession session() {
        TlsSession present = session;
        if (present == null) {
            throw new IllegalStateException(
                    this + " has made no handshake yet. Call handshake(), or read or write, first.");
        }
        return present;
    }

    private TlsSession describeSession() {
        SSLSession agreed = engine.engine.getSession();
        String protocol = engine.engine.getApplicationProtocol();
        return new TlsSession(
                agreed.getProtocol(),
                agreed.getCipherSuite(),
                certificatesOf(agreed),
                protocol == null || protocol.isEmpty() ? null : protocol,
                host != null ? host : agreed instanceof ExtendedSSLSession asked ? Identities.nameOf(asked) : null,
                engine.isResumed());
    }

    private static List<X509Certificate> certificatesOf(SSLSession agreed) {
        var certificates = new ArrayList<X509Certificate>();
        try {
            for (Certificate each : agreed.getPeerCertificates()) {
                if (each instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
        } catch (SSLPeerUnverifiedException none) {
            // the peer has no certificate
        }
        return certificates;
    }

    /** {@return the stream below, for its addresses, counts and wire log} Do not read, write or close it. */
    public ByteStream below() {
        return below;
    }

    // ---- receiving

    @Override
    protected int receive(ByteBuffer target) throws IOException {
        requireOpen();
        if (!handshake.isDone()) {
            engine.throwFailure();
            return 0;
        }
        if (share.isUsedUp()) {
            return 0;
        }
        share.begin();
        int count = engine.unwrap(target, values.truncationAllowed);
        share.end();
        if (count == 0 && engine.isHandshaking()) {
            handshakeAgain();
        }
        return count;
    }

    /** TLS 1.2 permits a new handshake in the middle; few peers need it, and attackers use it. */
    private void handshakeAgain() throws IOException {
        if (session != null && !session.protocol().equals("TLSv1.3")) {
            throw engine.refuseRenegotiation();
        }
        handshake.reopen();
    }

    @Override
    protected void awaitReceivable() throws IOException {
        readerWaits = true;
        try {
            completeHandshake();
            share.yieldIfUsedUp();
            if (!engine.hasSomething()) {
                engine.input.await();
            }
            throwIfClosedMeanwhile();
        } finally {
            readerWaits = false;
        }
    }

    /** No server ends the input of this stream: it ends that of the stream below, which wakes whoever waits there. */
    @Override
    protected void wakeReceiver() {}

    // ---- sending

    @Override
    protected int send(ByteBuffer source) throws IOException {
        return Math.toIntExact(send(new ByteBuffer[] {source}, 0));
    }

    @Override
    protected long send(ByteBuffer[] sources, int first) throws IOException {
        requireOpen();
        if (outputEnded) {
            throw new ClosedChannelException();
        }
        engine.throwFailure();
        if (!handshake.isDone() || !engine.output.isEmpty() || share.isUsedUp()) {
            return 0;
        }
        share.begin();
        long count = engine.wrap(sources, first);
        share.end();
        plainBytesQueued = true; // unless the queue is empty
        if (count == 0 && engine.isHandshaking()) {
            handshakeAgain();
        }
        return count;
    }

    /** Messages of the engine alone are nothing to wait for. */
    @Override
    protected boolean isSending() {
        return plainBytesQueued && !engine.output.isEmpty();
    }

    @Override
    protected void awaitSendable() throws IOException {
        writerWaits = true;
        try {
            completeHandshake();
            share.yieldIfUsedUp();
            engine.output.push();
            plainBytesQueued = false;
            throwIfClosedMeanwhile();
        } finally {
            writerWaits = false;
        }
    }

    private void throwIfClosedMeanwhile() throws IOException {
        if (ending) {
            throw new AsynchronousCloseException();
        }
    }

    private void requireOpen() throws IOException {
        if (ending) {
            throw new ClosedChannelException();
        }
    }

    // ---- ending

    @Override
    protected void endOutput() throws IOException {
        requireOpen();
        outputEnded = true;
        engine.endOutput();
    }

    @Override
    protected void closeTransport() throws IOException {
        ending = true;
        try {
            if (LowLevel.inTask() && !writerWaits) {
                endInOrder();
            }
        } finally {
            engine.output.close();
            try {
                handshake.close();
            } finally {
                below.close();
            }
        }
    }

    /** Sends what is left and close_notify, and waits for the peer's. */
    private void endInOrder() throws IOException {
        if (handshake.isDone() && !outputEnded && !engine.hasFailed()) {
            outputEnded = true;
            engine.endOutput();
        }
        Duration left = closeLimitLeft();
        if (isCancelled()) {
            shield(left.plus(LOOK), () -> moveOnAfter(left, this::pushWhileTaken)); // the limit inside ends first
        } else {
            shield(left, this::pushWhileTaken);
        }
        if (handshake.isDone() && !readerWaits && engine.output.isEmpty()) {
            if (values.closeTimeout.isZero() || isCancelled()) {
                engine.input.look();
                discard(false);
            } else {
                moveOnAfter(values.closeTimeout, () -> discard(true));
            }
        }
    }

    private static boolean isCancelled() {
        OptionalLong deadline = Async.effectiveDeadline();
        return deadline.isPresent()
                && deadline.getAsLong() - EventLoop.current().time() <= 0;
    }

    /** Pushes as long as the stream below takes something now and then. */
    private void pushWhileTaken() throws IOException {
        engine.output.throwFailure();
        int inVain = 0;
        for (long left = engine.output.size(); left > 0 && inVain < MAX_LOOKS_IN_VAIN; ) {
            moveOnAfter(LOOK, engine.output::push);
            long now = engine.output.size();
            inVain = now < left ? 0 : inVain + 1;
            left = now;
        }
    }

    /**
     * Discards a buffer of what has come, such as tickets, or all until the peer ends: unread bytes would make the system
     * reset the connection.
     */
    private void discard(boolean untilThePeerEnds) {
        try {
            while (engine.discard() >= 0 && untilThePeerEnds && !engine.isHandshaking()) {
                if (!engine.hasSomething()) {
                    engine.input.await();
                }
                LowLevel.checkpoint();
            }
        } catch (IOException brokenAnyway) {
            // the output is complete
        }
    }

    @Override
    protected void abortTransport() {
        ending = true;
        engine.output.close();
        try {
            handshake.close();
        } finally {
            below.abort();
        }
    }

    @Override
    public String toString() {
        return "TlsStream[" + LowLevel.describe(below) + (session == null ? "" : ", " + session) + "]";
    }
}
