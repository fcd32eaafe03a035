package io.gyre.loop.process;

import io.gyre.loop.internal.text.Describe;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** The main class of a child JVM: runs one call after another, until the connection to its parent ends. */
final class WorkerMain {
    /*
     * Design.
     *
     * Calls run in the main thread. Another thread reads from the connection. Its end shows that the parent has died,
     * and ends this process even in the middle of a call. Shutdown hooks run, but only for a limited time.
     */
    private static final int EXIT_GRACE_MILLIS = 2_000;

    private WorkerMain() {}

    /**
     * Runs calls.
     *
     * @param args the address and the port on which the parent listens; standard input has the secret
     * @throws Exception if the parent cannot be reached
     */
    public static void main(String[] args) throws Exception {
        byte[] secret = System.in.readNBytes(Wire.SECRET_BYTES);
        System.setIn(InputStream.nullInputStream());
        var parent = new Socket(args[0], Integer.parseInt(args[1]));
        parent.setTcpNoDelay(true);
        var in = new DataInputStream(new BufferedInputStream(parent.getInputStream()));
        var out = new DataOutputStream(new BufferedOutputStream(parent.getOutputStream()));
        out.write(secret);
        out.flush();
        var frames = new LinkedBlockingQueue<byte[]>();
        startThread("gyre-calls", () -> readFrames(in, frames));
        for (; ; ) {
            byte[] frame = frames.take();
            answer(frame, out);
            out.flush();
            Thread.interrupted(); // the interrupt of a call must not reach the next one
        }
    }

    private static void readFrames(DataInputStream in, LinkedBlockingQueue<byte[]> frames) {
        try {
            for (; ; ) {
                frames.add(Wire.readFrame(in));
            }
        } catch (IOException e) {
            startThread("gyre-halt", WorkerMain::haltAfterGrace);
            System.exit(0);
        }
    }

    private static void haltAfterGrace() {
        try {
            Thread.sleep(EXIT_GRACE_MILLIS);
        } catch (InterruptedException e) {
            // The sooner, then.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void startThread(String name, Runnable body) {
        Thread.ofPlatform().daemon().name(name).start(body);
    }

    private static void answer(byte[] frame, DataOutputStream out) throws IOException {
        out.writeByte(Wire.BEGUN);
        out.flush();
        ByteArrayOutputStream value;
        try {
            var call = (Callable<?>) Wire.deserialize(frame, WorkerMain.class.getClassLoader(), null);
            value = serializeResult(Objects.requireNonNull(call).call());
        } catch (Throwable failure) {
            out.writeByte(Wire.FAILURE);
            Wire.writeFrame(out, Wire.serialize(RemoteFailureException.of(failure)));
            Wire.writeFrame(out, serializeIfPossible(failure));
            return;
        }
        out.writeByte(Wire.VALUE);
        Wire.writeFrame(out, value);
    }

    private static ByteArrayOutputStream serializeResult(@Nullable Object result) throws IOException {
        try {
            return Wire.serialize(result);
        } catch (NotSerializableException e) {
            var explained = new NotSerializableException(
                    "the result of the call cannot be sent back, because " + Describe.message(e)
                            + " in it is not serializable. Return values, records or collections of them.");
            explained.initCause(e);
            throw explained;
        } catch (StackOverflowError e) {
            throw new InvalidObjectException(
                    "the result of the call cannot be sent back, because it is nested too deep");
        }
    }

    private static ByteArrayOutputStream serializeIfPossible(Throwable failure) {
        try {
            return Wire.serialize(failure);
        } catch (Throwable notSerializable) { // its class is user code and may fail in any way
            return Wire.EMPTY; // its description has been sent
        }
    }
}
