package io.gyre.examples.redis;

import java.io.IOException;

/** A Redis server has refused a command; the message is the server's. */
public final class RedisException extends IOException {
    private static final long serialVersionUID = 1;

    RedisException(String message) {
        super(message);
    }
}
