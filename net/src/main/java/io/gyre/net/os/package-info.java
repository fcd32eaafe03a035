/**
 * What the operating system offers beside sockets: programs, the standard input, signals.
 *
 * <p>The JDK has only blocking streams for pipes and terminals, and waiting in one would block the loop. So each is
 * read or written by its own daemon thread, which never touches the loop: it exchanges chunks, and rings.
 *
 * <p>Depends on {@code io.gyre.net} and {@code io.gyre.loop}; {@code io.gyre.net} does not depend on it.
 */
@LibraryCode
@NullMarked
package io.gyre.net.os;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
