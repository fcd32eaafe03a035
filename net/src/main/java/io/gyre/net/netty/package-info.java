/**
 * Netty on the loop: {@link io.gyre.net.netty.NettyLoops} gives Netty's channels, and other people's clients, an event loop
 * group whose selector and thread are Gyre's, and {@link io.gyre.net.netty.Netty} waits for Netty's futures in tasks.
 *
 * <p>Rests on Netty 4.2, which the module does not bring along: add {@code io.netty:netty-transport} yourself.
 */
@LibraryCode
@NullMarked
package io.gyre.net.netty;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
