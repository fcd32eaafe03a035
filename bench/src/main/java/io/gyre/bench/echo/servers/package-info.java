/**
 * The echo servers that are written in Java, each for a JVM of its own. The others are beside this package, in
 * {@code peers} of the resources. All do the same: raw bytes, loopback, a receive buffer of 64 KiB, TCP_NODELAY.
 */
@NullMarked
package io.gyre.bench.echo.servers;

import org.jspecify.annotations.NullMarked;
