package io.gyre.loop.process;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.StreamCorruptedException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A child JVM, seen from the parent. Belongs to one driver; only {@link #kill} is for any thread. */
final class WorkerProcess {
    /** How long a child may take to exit when its input has ended; it gives its own shutdown hooks a bit less. */
    private static final int EXIT_GRACE_MILLIS = 3_000;

    private final Process process;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final OutputPump pump;
    private final @Nullable ObjectInputFilter filter;
    private volatile @Nullable String killedBecause;
    private boolean begun;

    WorkerProcess(ProcessPoolOptions options) throws IOException {
        process = new ProcessBuilder(ChildCommand.of(options)).start();
        in = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        pump = new OutputPump(process, options.outputHandler());
        filter = options.resultFilter();
        pump.start();
    }

    boolean isUsable() {
        return killedBecause == null && process.isAlive();
    }

    /** {@return whether the last call has arrived in the child whole} If not, it has not run. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Has the child run a call.
     *
     * @return what the call returned
     * @throws CallFailedException if the call threw, or its result cannot be read
     * @throws IOException if the child has died
     */
    @Nullable
    Object run(RemoteCall<?> call) throws CallFailedException, IOException {
        begun = false;
        Wire.writeFrame(out, call.frame());
        out.flush();
        if (readKind() != Wire.BEGUN) {
            throw new StreamCorruptedException("the child answers a call that it has not begun");
        }
        begun = true;
        return switch (readKind()) {
            case Wire.VALUE -> readValue(Wire.readFrame(in), call);
            case Wire.FAILURE -> throw readFailure(Wire.readFrame(in), Wire.readFrame(in), call);
            default ->
                throw new StreamCorruptedException("something else than an answer on the child's standard output");
        };
    }

    private int readKind() throws IOException {
        int kind = in.read();
        if (kind < 0) {
            throw new EOFException("the child has closed its standard output");
        }
        return kind;
    }

    private @Nullable Object readValue(byte[] frame, RemoteCall<?> call) throws CallFailedException {
        try {
            return Wire.deserialize(frame, call.classLoader(), filter);
        } catch (IOException | ClassNotFoundException | RuntimeException unreadable) {
            throw new CallFailedException(unreadable);
        }
    }

    private CallFailedException readFailure(byte[] inWords, byte[] serialized, RemoteCall<?> call) {
        try {
            return new CallFailedException((Throwable) Objects.requireNonNull(
                    serialized.length == 0
                            ? Wire.deserialize(inWords, WorkerProcess.class.getClassLoader(), null)
                            : Wire.deserialize(serialized, call.classLoader(), filter)));
        } catch (IOException | ClassNotFoundException | RuntimeException unreadable) {
            return serialized.length == 0
                    ? new CallFailedException(unreadable)
                    : readFailure(inWords, new byte[0], call);
        }
    }

    /** Ends the child at once. Any thread; does not wait. */
    void kill(String because) {
        killedBecause = because;
        process.destroyForcibly();
    }

    /** Makes sure that the child is dead, and says why it is. */
    WorkerDiedException died(RemoteCall<?> call, IOException symptom) {
        if (symptom instanceof StreamCorruptedException) {
            kill("it was killed because of " + symptom.getMessage());
        }
        awaitExit();
        String why = killedBecause == null ? "" : killedBecause + ", ";
        return new WorkerDiedException(call.toString(), process.pid(), process.exitValue(), why, pump.lastLines());
    }

    /** Lets an idle child exit by itself, and kills it if it does not. */
    void close() {
        try {
            out.close();
        } catch (IOException e) {
            // It is dead already.
        }
        awaitExit();
        pump.awaitEnd();
    }

    private void awaitExit() {
        boolean interrupted = false;
        boolean exited = false;
        while (!exited) {
            try {
                if (!process.waitFor(EXIT_GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
                exited = process.waitFor(EXIT_GRACE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
