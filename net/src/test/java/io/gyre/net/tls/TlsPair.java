package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;

import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;

/** Two ends of one TLS connection on one loop. */
public final class TlsPair {
    /** Of the server. */
    public static final TlsOptions SERVER = Certified.server();
    /** Of the client. */
    public static final TlsOptions CLIENT = Certified.client();

    private TlsPair() {}

    /** {@return a client (left) and a server (right) that have made the handshake} */
    public static StreamPair<TlsStream> over(
            StreamPair<? extends ByteStream> below, TlsOptions client, TlsOptions server) throws IOException {
        Task<TlsStream> right = createTask("server handshake", () -> TlsStream.server(below.right(), server));
        TlsStream left = TlsStream.client(below.left(), "localhost", client);
        return new StreamPair<>(left, right.await());
    }

    /** {@return a client and a server with the options above} */
    public static StreamPair<TlsStream> over(StreamPair<? extends ByteStream> below) throws IOException {
        return over(below, CLIENT, SERVER);
    }

    /** {@return a client and a server that speak one version} */
    public static StreamPair<TlsStream> over(StreamPair<? extends ByteStream> below, String protocol)
            throws IOException {
        return over(below, CLIENT.withProtocols(protocol), SERVER.withProtocols(protocol));
    }
}
