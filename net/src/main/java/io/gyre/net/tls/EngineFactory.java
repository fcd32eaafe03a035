package io.gyre.net.tls;

import java.io.IOException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Makes the engines of {@link TlsStream}s, in place of the JDK: with another provider, or with settings that
 * {@link TlsOptions} does not have.
 *
 * {@snippet :
 * final class NettyEngines implements EngineFactory { // OpenSSL's, by Netty
 *     private final SslContext context;
 *
 *     NettyEngines() throws SSLException {
 *         context = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL_REFCNT).build();
 *     }
 *
 *     public SSLEngine create(boolean client, @Nullable String host, int port) {
 *         return context.newEngine(ByteBufAllocator.DEFAULT, host, port);
 *     }
 *
 *     public void release(SSLEngine engine) {
 *         ReferenceCountUtil.release(engine);
 *     }
 * }
 * }
 *
 * <p>The engine is used as it is: trust, certificates, names, protocols and suites are the factory's affair. OpenSSL's engine
 * ends both directions when the peer ends one, in TLS 1.3 too, and computes its keys and signatures on the loop.
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

    /**
     * Takes an engine back, such as to free what it holds outside of the heap. Called once for each engine, when its stream is
     * closed and no task uses it any more. Does nothing unless overridden. Must not throw.
     *
     * @param engine an engine that {@link #create} has made
     */
    default void release(SSLEngine engine) {}
}
