/**
 * Tests for code that uses streams, and for streams: pairs in memory, and a suite that every stream must pass.
 *
 * <p>{@link io.gyre.net.testing.ByteStreamContract} needs JUnit 5, which is an optional dependency; the rest does not.
 * Depends on {@code io.gyre.net} and {@code io.gyre.loop.testing}.
 */
@NullMarked
package io.gyre.net.testing;

import org.jspecify.annotations.NullMarked;
