package io.gyre.net.tls;

import java.io.IOException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Makes the engines of {@link TlsStream}s, in place of the JDK: with another provider, or with settings that
 * {@link TlsOptions} does not have.
 *
 * {@snippet :
 * SslContext context = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL).build(); // Netty
 * TlsOptions options = TlsOptions.defaults()
 *         .withEngines((client, host, port) -> context.newEngine(ByteBufAllocator.DEFAULT, host, port));
 * }
 *
 * <p>The engine is used as it is: trust, certificates, names, protocols and suites are the factory's affair.
 *
 * <p><b>Confinement:</b> called in tasks of any loop; must not block.
 */
@FunctionalInterface
public interface EngineFactory {
    /**
     * Makes an engine for one connection.
     *
     * @param client whether this end is the client; the engine must have this mode
     * @param host the name of the server that a client connects to; null for a server
     * @param port its port; -1 if it is not known
     * @return a new engine
     * @throws IOException fails the connection
     */
    SSLEngine create(boolean client, @Nullable String host, int port) throws IOException;
}
