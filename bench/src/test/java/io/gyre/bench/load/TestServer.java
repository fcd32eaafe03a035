package io.gyre.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongUnaryOperator;

/** A server that echoes, rightly or wrongly. */
final class TestServer implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final Handler handler;
    private final Collection<Socket> accepted = new ConcurrentLinkedQueue<>();

    /** What is done with a connection until it is closed. */
    private interface Handler {
        void serve(InputStream input, OutputStream output) throws IOException;
    }

    private TestServer(Handler handler) throws IOException {
        this.handler = handler;
        Thread.ofVirtual().start(this::accept);
    }

    static TestServer echoing() throws IOException {
        return changing(byteAt -> 0);
    }

    /**
     * Changes some of the bytes.
     *
     * @param changeAt what each byte is changed by, from its position in the stream; 0 to leave it
     */
    static TestServer changing(LongUnaryOperator changeAt) throws IOException {
        return new TestServer((input, output) -> {
            byte[] buffer = new byte[BUFFER_BYTES];
            long position = 0;
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    buffer[i] ^= (byte) changeAt.applyAsLong(position++);
                }
                output.write(buffer, 0, count);
            }
        });
    }

    /** Reads a message of 1 KiB and sends back its beginning; then it closes, or waits until the client does. */
    static TestServer answering(int bytes, boolean closes) throws IOException {
        return new TestServer((input, output) -> {
            output.write(input.readNBytes(1024), 0, bytes);
            if (!closes) {
                input.read();
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    /** {@return how many connections there have been} */
    int accepted() {
        return accepted.size();
    }

    /** Ends the connections that there are. */
    void disconnectAll() throws IOException {
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                accepted.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // by close()
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            handler.serve(socket.getInputStream(), socket.getOutputStream());
        } catch (IOException broken) {
            // the generator has seen enough
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
