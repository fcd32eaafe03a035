/**
 * Host names and service names: look-ups that suspend, resolvers, and a cache of answers.
 *
 * <p>{@code Dns} of {@code io.gyre.net} asks the loop's {@link io.gyre.net.dns.Resolver}: by default the system's,
 * behind a cache.
 *
 * <p>Depends on {@code io.gyre.loop} alone; {@code io.gyre.net} depends on it.
 */
@LibraryCode
@NullMarked
package io.gyre.net.dns;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
