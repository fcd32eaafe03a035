package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One listening socket of a server, and the task that accepts its connections. */
final class Listener {
    /*
     * Design.
     *
     * The task waits for readiness, accepts a batch, and waits again. The batch is bounded, so that a flood of new
     * connections does not starve the accepted ones.
     *
     * When the system is out of descriptors, accept fails while the listening socket stays ready, so waiting for
     * readiness would spin. Accepting pauses instead until this loop closes a socket, or for a short while, because
     * other code may release descriptors too. A reserve descriptor is released until the next attempt: without it, the
     * report itself fails as soon as it needs to open a file, and a handler as soon as it needs a class that the JVM
     * has not loaded. A class that cannot be loaded once stays missing.
     */

    /** Few enough to keep a tick short, many enough to take a burst in one tick. */
    private static final int ACCEPT_BATCH = 64;

    /** The value that trio uses. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    private final StreamServer<?> server;
    private final ServerSocketChannel channel;
    private final SocketAddress address;
    private final ReserveDescriptor reserve = new ReserveDescriptor();
    private final Task<?> acceptor;
    private long pauses;

    /** Reported once each time descriptors run out, however many attempts and pauses follow. */
    private boolean exhaustionReported;

    Listener(StreamServer<?> server, ServerSocketChannel channel, SocketAddress address) {
        this.server = server;
        this.channel = channel;
        this.address = address;
        this.acceptor = LowLevel.createTask("accept on " + StreamServer.text(address), server.origin(), this::accept);
        reserve.fill(); // after everything that may fail
    }

    SocketAddress address() {
        return address;
    }

    long pauses() {
        return pauses;
    }

    /** Stops accepting; the system resets connections that it has queued but we have not accepted. */
    void close() {
        acceptor.cancel("its server accepts no more");
        try {
            LowLevel.closeNow(channel);
        } catch (IOException failure) {
            LowLevel.report(new Failure("cannot close the listening socket of " + server, toString(), null, failure));
        }
    }

    private @Nullable Void accept() throws IOException {
        try {
            loadWhatExhaustionNeeds();
            while (channel.isOpen()) {
                server.awaitMayAccept();
                LowLevel.awaitAcceptable(channel);
                acceptBatch();
            }
        } catch (ClosedChannelException | CancelledException ended) {
            // close() causes both, in whichever order they arrive here
        } finally {
            reserve.close();
            server.listenerEnded();
        }
        return null;
    }

    /** Without descriptors no class can be loaded, so pause once for zero time to load them now. */
    private void loadWhatExhaustionNeeds() {
        LoopFuture<@Nullable Void> never = FreedDescriptors.OF_LOOP.get().next();
        Async.moveOnAfter(Duration.ZERO, () -> {
            never.await();
        });
        Failure _ = exhaustion(new IOException());
    }

    private void acceptBatch() throws IOException {
        reserve.fill(); // not before: until this step, other code may need it
        for (int i = 0; i < ACCEPT_BATCH && server.mayAccept(); i++) {
            SocketChannel connection;
            try {
                connection = channel.accept();
            } catch (ClosedChannelException ended) {
                throw ended;
            } catch (IOException exhausted) {
                pause(exhausted);
                return;
            }
            if (connection == null) {
                exhaustionReported = false;
                return;
            }
            server.take(connection);
        }
    }

    private void pause(IOException exhausted) throws IOException {
        pauses++;
        reserve.close(); // first: what follows may need a descriptor
        LoopFuture<@Nullable Void> freed = FreedDescriptors.OF_LOOP.get().next();
        if (!exhaustionReported) {
            exhaustionReported = true;
            LowLevel.report(exhaustion(exhausted));
        }
        Async.moveOnAfter(ACCEPT_PAUSE, () -> {
            freed.await();
        });
    }

    private Failure exhaustion(IOException exhausted) {
        return new Failure(
                server + " cannot accept (" + LowLevel.describe(exhausted.getMessage())
                        + ") and pauses until a socket is closed, retrying every " + ACCEPT_PAUSE.toMillis()
                        + " ms. If descriptors have run out, raise the limit of open"
                        + " files (ulimit -n) or serve fewer connections (ServerOptions.withMaxConnections).",
                toString(),
                null,
                exhausted);
    }

    @Override
    public String toString() {
        return "listener on " + StreamServer.text(address);
    }
}
