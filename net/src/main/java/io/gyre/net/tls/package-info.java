/**
 * TLS over any stream: {@link io.gyre.net.tls.TlsStream}, its {@link io.gyre.net.tls.TlsOptions}, and
 * {@link io.gyre.net.tls.TlsHandler} for servers.
 *
 * <p>Rests on {@code io.gyre.net} and the {@code SSLEngine} of the JDK, or of another provider.
 */
@LibraryCode
@NullMarked
package io.gyre.net.tls;

import io.gyre.loop.spi.LibraryCode;
import org.jspecify.annotations.NullMarked;
