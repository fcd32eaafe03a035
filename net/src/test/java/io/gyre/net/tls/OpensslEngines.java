package io.gyre.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Engines of OpenSSL by Netty, to be used as {@link TlsStream}'s; they count what was not given back. */
final class OpensslEngines implements EngineFactory {
    private final SslContext context;
    private final List<SSLEngine> made = new ArrayList<>();

    private OpensslEngines(SslContextBuilder builder, String... protocols) throws SSLException {
        context = builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                .protocols(protocols)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        "echo",
                        "h2"))
                .build();
    }

    /** Skips the test on a machine for which Netty has no OpenSSL here. */
    static void require() {
        assumeTrue(
                OpenSsl.isAvailable(),
                () -> "Netty's OpenSSL for this machine is not among the test dependencies of net: "
                        + OpenSsl.unavailabilityCause());
    }

    /** {@return engines of clients that trust the authority of the tests, and have a certificate} */
    static OpensslEngines client(String... protocols) throws SSLException {
        return new OpensslEngines(
                SslContextBuilder.forClient()
                        .trustManager(Certified.file("authority.pem").toFile())
                        .keyManager(
                                Certified.file("client.pem").toFile(),
                                Certified.file("client-key.pem").toFile()),
                protocols);
    }

    /** {@return engines of servers that ask for a certificate or not} */
    static OpensslEngines server(ClientAuth rule, String... protocols) throws SSLException {
        return new OpensslEngines(
                SslContextBuilder.forServer(
                                Certified.file("server.pem").toFile(),
                                Certified.file("server-key.pem").toFile())
                        .trustManager(Certified.file("authority.pem").toFile())
                        .clientAuth(rule),
                protocols);
    }

    @Override
    public SSLEngine create(boolean client, @Nullable String host, int port) {
        SSLEngine engine = host == null
                ? context.newEngine(ByteBufAllocator.DEFAULT)
                : context.newEngine(ByteBufAllocator.DEFAULT, host, port);
        made.add(engine);
        return engine;
    }

    @Override
    public void release(SSLEngine engine) {
        ReferenceCountUtil.release(engine);
    }

    TlsOptions in(TlsOptions options) {
        return options.withEngines(this);
    }

    /** Asserts that all engines were given back, each once. */
    void requireAllReleased() {
        assertThat(made).isNotEmpty().allSatisfy(engine -> assertThat(((ReferenceCounted) engine).refCnt())
                .as("references to an engine")
                .isZero());
    }
}
