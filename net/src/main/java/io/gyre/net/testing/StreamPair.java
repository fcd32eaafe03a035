package io.gyre.net.testing;

import io.gyre.net.ByteStream;

/**
 * Two ends of one connection: bytes written to one come out of the other.
 *
 * @param <S> the type of the streams
 * @param left one end
 * @param right the other
 */
public record StreamPair<S extends ByteStream>(S left, S right) {}
