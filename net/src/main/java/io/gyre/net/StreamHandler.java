package io.gyre.net;

/**
 * Serves one connection, in a task of its own.
 *
 * @param <S> the stream
 */
@FunctionalInterface
public interface StreamHandler<S extends ByteStream> {
    /**
     * Serves a connection. The stream is closed when this returns or throws.
     *
     * @param stream the connection
     * @throws Exception is reported with the peer's address, and ends this connection only; that the connection broke is
     *     no failure, and not reported
     */
    void handle(S stream) throws Exception;
}
