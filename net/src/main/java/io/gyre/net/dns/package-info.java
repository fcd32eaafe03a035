/**
 * Names of hosts: look-ups that suspend, resolvers, and a memory of what they have answered.
 *
 * <p>{@code Dns} of {@code io.gyre.net} asks the {@link io.gyre.net.dns.Resolver} of the loop: by default the system's, through
 * a cache.
 *
 * <p>Depends on {@code io.gyre.loop} alone; {@code io.gyre.net} depends on it.
 */
@LibraryCode
@NullMarked
package io.gyre.net.dns;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
