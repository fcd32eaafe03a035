package io.gyre.net.tls;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The handshake of a stream: made by one of the tasks that need it, within a time limit. */
final class TlsHandshake {
    /*
     * Design.
     *
     * The first task that needs the handshake makes it; others wait. If that task is cancelled, the next goes on where it
     * stopped: the engine has the state. Key exchange and certificates are computed by delegated tasks off the loop, as many
     * at once as there are processors, so that a burst of handshakes does not keep the loop's thread from its processor.
     * A delegated task that has begun is waited for even in a cancelled task, because the engine cannot be used meanwhile.
     */
    private static final Offloading COMPUTING = Offloading.onLoopExecutor()
            .withOnCancel(OnCancel.WAIT)
            .withLimit(Math.max(1, Runtime.getRuntime().availableProcessors()));

    private final EventLoop loop = EventLoop.current();
    private final Changes changes = new Changes("the handshake of TLS, which another task makes");
    private final TlsEngine engine;
    private final TlsFailures failures;
    private final @Nullable Duration limit;

    /** Gives the engine back. */
    private final Runnable release;

    private @Nullable Task<?> maker;
    private @Nullable Runnable delegated;
    private boolean begun;
    private boolean done;
    private boolean closed;
    private long deadlineNanos;

    TlsHandshake(TlsEngine engine, TlsFailures failures, @Nullable Duration limit, Runnable release) {
        this.engine = engine;
        this.failures = failures;
        this.limit = limit;
        this.release = release;
    }

    boolean isDone() {
        return done;
    }

    /** The engine needs another handshake, as TLS 1.2 permits, before it goes on with plain bytes. */
    void reopen() {
        done = false;
    }

    /** Waits until the handshake is complete, and makes it if nobody else does. */
    void complete() throws IOException {
        while (!done) {
            engine.throwFailure();
            if (closed) {
                throw new AsynchronousCloseException();
            }
            if (maker == null) {
                makeWithinLimit();
            } else {
                changes.await();
            }
        }
    }

    private void makeWithinLimit() throws IOException {
        maker = Async.currentTask();
        try {
            if (limit == null) {
                make();
            } else {
                if (deadlineNanos == 0) {
                    deadlineNanos = loop.time() + Math.min(TimeUnit.NANOSECONDS.convert(limit), Long.MAX_VALUE / 4);
                }
                Async.timeoutAt(deadlineNanos, "the TLS handshake", this::make);
            }
            done = true;
            deadlineNanos = 0;
        } catch (TimeoutException late) {
            throw engine.fail(failures.timedOut(limit, late));
        } catch (CancelledException goesOn) {
            throw goesOn;
        } catch (IOException broken) {
            throw engine.fail(broken);
        } catch (RuntimeException broken) {
            engine.fail(failures.unexpected(broken));
            throw broken;
        } finally {
            maker = null;
            changes.signal();
            if (closed) {
                release.run();
            }
        }
    }

    /** Ends the waits, and gives the engine back as soon as no task makes the handshake. <b>Suspends:</b> no. */
    void close() {
        closed = true;
        changes.signal();
        if (maker == null) {
            release.run();
        }
    }

    private void make() throws IOException {
        if (!begun) {
            engine.output.flushBelow();
            begin();
            begun = true;
        }
        for (; ; ) {
            switch (engine.advance()) {
                case NOTHING -> {
                    return;
                }
                case INPUT -> {
                    engine.output.throwFailure();
                    engine.input.await(); // and not for the output: the peer may write its own before it reads
                }
                case TASK -> compute();
            }
        }
    }

    /** The engine of a client makes its first keys here, that of a server only prepares. */
    private void begin() throws IOException {
        try {
            if (engine.engine.getUseClientMode()) {
                offload(COMPUTING, () -> engine.engine.beginHandshake());
            } else {
                engine.engine.beginHandshake();
            }
        } catch (SSLException broken) {
            throw engine.fail(broken);
        }
    }

    private void compute() throws IOException {
        Runnable task = delegated == null ? engine.task() : delegated;
        if (task != null) {
            delegated = task; // kept until it has run: a cancelled task may withdraw it before it begins
            offload(COMPUTING, task::run);
            delegated = null;
        }
    }
}
