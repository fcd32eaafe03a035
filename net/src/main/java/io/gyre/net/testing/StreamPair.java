package io.gyre.net.testing;

import io.gyre.net.ByteStream;

/**
 * Two ends of one connection: what is written to one comes out of the other.
 *
 * @param <S> the streams
 * @param left one end
 * @param right the other
 */
public record StreamPair<S extends ByteStream>(S left, S right) {}
