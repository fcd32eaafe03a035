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

/** A child JVM, seen from the parent. Belongs to one driver; any thread may call {@link #kill}. */
final class WorkerProcess {
    /** How long a child may take to exit after its input has ended; it allows its shutdown hooks a bit less. */
    private static final int EXIT_GRACE_MILLIS = 3_000;

    /** How often to check that a child that has not connected yet is still alive. */
    private static final int LOOK_MILLIS = 50;

    /** How long a new connection may take to send the secret: a child has it at hand. */
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

    /** The connection to a child that has sent the secret. */
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
     * Starts a child, which then connects.
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

    /** The child reads it to the end, so programs that a call starts inherit an input that has ended. */
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

    /** {@return whether the child has received the last call completely} If not, the call has not run. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Runs a call in the child.
     *
     * @return the result of the call
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

    /** Waits for the child. Other programs on this machine may connect, too, but do not know the secret. */
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
                // still starting
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
        } catch (Throwable unreadable) { // by user classes; the frame has been read, so the child can go on
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

    /** Kills the child at once, without waiting. Any thread. */
    void kill(String because) {
        killedBecause = because;
        process.destroyForcibly();
    }

    /** Makes sure that the child is dead, and says why. */
    WorkerDiedException died(RemoteCall<?> call, IOException symptom) {
        if (symptom instanceof StreamCorruptedException) {
            kill("it was killed because of " + symptom.getMessage());
        }
        awaitExit();
        disconnect();
        String why = killedBecause == null ? "" : killedBecause + ", ";
        return new WorkerDiedException(call.toString(), process.pid(), process.exitValue(), why, pump.lastLines());
    }

    /** Lets an idle child exit by itself; kills it if it does not. */
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
