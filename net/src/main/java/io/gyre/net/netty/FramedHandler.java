package io.gyre.net.netty;

import java.io.IOException;

/**
 * Serves one connection of typed messages.
 *
 * @param <I> the messages that are read
 * @param <O> the messages that are written
 */
@FunctionalInterface
public interface FramedHandler<I, O> {
    /**
     * Serves a connection, in a task of its own. It is closed afterwards.
     *
     * @param framed the connection
     * @throws IOException if the connection breaks
     */
    void handle(Framed<I, O> framed) throws IOException;
}
