package io.gyre.net;

/**
 * Serves one connection in its own task.
 *
 * @param <S> the stream
 */
@FunctionalInterface
public interface StreamHandler<S extends ByteStream> {
    /**
     * Serves a connection. The stream is closed when this returns or throws.
     *
     * @param stream the connection
     * @throws Exception is reported with the peer's address, and ends only this connection; a broken connection is not
     *     a failure and is not reported
     */
    void handle(S stream) throws Exception;
}
