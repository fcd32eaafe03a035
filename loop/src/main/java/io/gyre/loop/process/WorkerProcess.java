package io.gyre.loop.process;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A child JVM, seen from the parent. Belongs to one driver; only {@link #kill} is for any thread. */
final class WorkerProcess {
    /** How long a child may take to exit when its input has ended; it gives its own shutdown hooks a bit less. */
    private static final int EXIT_GRACE_MILLIS = 3_000;

    /** How often to look whether a child that has not connected yet is still alive. */
    private static final int LOOK_MILLIS = 50;

    /** How long somebody who has connected may take to say the secret: a child has it at hand. */
    private static final int SECRET_MILLIS = 1_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final ServerSocket listener;
    private final Process process;
    private final OutputPump pump;
    private final @Nullable ObjectInputFilter filter;
    private volatile @Nullable String killedBecause;
    private @Nullable Connection connection;
    private boolean begun;

    /** The way to a child that has proved to be it. */
    private static final class Connection {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        }

        int readKind() throws IOException {
            int kind = in.read();
            if (kind < 0) {
                throw new EOFException("the child has closed its connection");
            }
            return kind;
        }
    }

    /**
     * Starts a child, which then has to connect.
     *
     * @throws IOException if it cannot be started
     */
    WorkerProcess(ProcessPoolOptions options) throws IOException {
        RANDOM.nextBytes(secret);
        filter = options.resultFilter();
        listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        try {
            process = new ProcessBuilder(ChildCommand.of(options, (InetSocketAddress) listener.getLocalSocketAddress()))
                    .redirectErrorStream(true)
                    .start();
        } catch (Throwable notStarted) {
            listener.close();
            throw notStarted;
        }
        pump = new OutputPump(process, options.outputHandler());
        try {
            pump.start();
        } catch (OutOfMemoryError noThread) {
            listener.close();
            process.destroyForcibly();
            throw new IOException("no thread can be started to read what a child JVM prints", noThread);
        }
        tellSecret();
    }

    /** The child reads it, and then the end: whatever a call starts there inherits an input that has ended. */
    private void tellSecret() {
        try (OutputStream input = process.getOutputStream()) {
            input.write(secret);
        } catch (IOException alreadyDead) {
            // which shows when it does not connect
        }
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
        Connection child = connected();
        Wire.writeFrame(child.out, call.frame());
        child.out.flush();
        if (child.readKind() != Wire.BEGUN) {
            throw new StreamCorruptedException("the child answers a call that it has not begun");
        }
        begun = true;
        return switch (child.readKind()) {
            case Wire.VALUE -> readValue(Wire.readFrame(child.in), call);
            case Wire.FAILURE -> throw readFailure(Wire.readFrame(child.in), Wire.readFrame(child.in), call);
            default -> throw new StreamCorruptedException("the child sent something that is not an answer");
        };
    }

    private Connection connected() throws IOException {
        Connection present = connection;
        if (present == null) {
            try (listener) {
                present = new Connection(accept());
            }
            connection = present;
        }
        return present;
    }

    /** Waits for the child. Others on this machine may connect, too, but do not know the secret. */
    private Socket accept() throws IOException {
        listener.setSoTimeout(LOOK_MILLIS);
        while (process.isAlive()) {
            try {
                Socket candidate = listener.accept();
                if (isChild(candidate)) {
                    return candidate;
                }
                candidate.close();
            } catch (SocketTimeoutException notYet) {
                // it takes its time to start
            }
        }
        throw new EOFException("the child has ended before it connected");
    }

    private boolean isChild(Socket candidate) {
        try {
            candidate.setSoTimeout(SECRET_MILLIS);
            byte[] said = candidate.getInputStream().readNBytes(secret.length);
            candidate.setSoTimeout(0);
            return MessageDigest.isEqual(said, secret);
        } catch (IOException notTheChild) {
            return false;
        }
    }

    private @Nullable Object readValue(byte[] frame, RemoteCall<?> call) throws CallFailedException {
        try {
            return Wire.deserialize(frame, call.classLoader(), filter);
        } catch (Throwable unreadable) { // by classes of the user's; the frame is read, so the child can go on
            throw new CallFailedException(unreadable);
        }
    }

    private CallFailedException readFailure(byte[] inWords, byte[] serialized, RemoteCall<?> call) {
        try {
            return new CallFailedException((Throwable) Objects.requireNonNull(
                    serialized.length == 0
                            ? Wire.deserialize(inWords, WorkerProcess.class.getClassLoader(), null)
                            : Wire.deserialize(serialized, call.classLoader(), filter)));
        } catch (Throwable unreadable) {
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
        disconnect();
        String why = killedBecause == null ? "" : killedBecause + ", ";
        return new WorkerDiedException(call.toString(), process.pid(), process.exitValue(), why, pump.lastLines());
    }

    /** Lets an idle child exit by itself, and kills it if it does not. */
    void close() {
        disconnect();
        awaitExit();
        pump.awaitEnd();
    }

    private void disconnect() {
        try {
            listener.close();
            if (connection != null) {
                connection.socket.close();
            }
        } catch (IOException e) {
            // It is dead already.
        }
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
