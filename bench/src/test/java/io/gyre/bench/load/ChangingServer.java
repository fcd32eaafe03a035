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

/** An echo server that changes some of the bytes. */
final class ChangingServer implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final LongUnaryOperator changeAt;
    private final Collection<Socket> accepted = new ConcurrentLinkedQueue<>();

    /**
     * Starts to serve.
     *
     * @param changeAt what each byte is changed by, from its position in the stream; 0 to leave it
     */
    ChangingServer(LongUnaryOperator changeAt) throws IOException {
        this.changeAt = changeAt;
        Thread.ofVirtual().start(this::accept);
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
                Thread.ofVirtual().start(() -> echo(socket));
            }
        } catch (IOException closed) {
            // by close()
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            InputStream input = socket.getInputStream();
            OutputStream output = socket.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            long position = 0;
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    buffer[i] ^= (byte) changeAt.applyAsLong(position++);
                }
                output.write(buffer, 0, count);
            }
        } catch (IOException broken) {
            // the generator has seen enough
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
