/**
 * Streams of bytes, datagrams and names of hosts for tasks.
 *
 * <p>Depends on {@code io.gyre.loop}, by its public API and {@link io.gyre.loop.LowLevel}, never on its internals.
 */
@LibraryCode
@NullMarked
package io.gyre.net;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
