/**
 * What the operating system has beside sockets: programs to run, the standard input, signals.
 *
 * <p>The JDK has only blocking streams for pipes and terminals, and waiting in one of them would keep the loop. So each is
 * read or written in a daemon thread of its own, which never touches anything of the loop: it gives and takes chunks, and
 * rings.
 *
 * <p>Depends on {@code io.gyre.net} and {@code io.gyre.loop}; {@code io.gyre.net} does not depend on it.
 */
@LibraryCode
@NullMarked
package io.gyre.net.os;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
