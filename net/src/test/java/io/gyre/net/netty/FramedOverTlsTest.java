package io.gyre.net.netty;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.net.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class FramedOverTlsTest extends FramedOverTcpTest {
    private final SslContext server;
    private final SslContext client;

    FramedOverTlsTest() throws Exception {
        X509Bundle identity = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        server = SslContextBuilder.forServer(identity.toKeyManagerFactory()).build();
        client = SslContextBuilder.forClient()
                .trustManager(identity.getCertificate())
                .build();
    }

    @Override
    void transport(ChannelPipeline pipeline, boolean isClient) {
        var alloc = pipeline.channel().alloc();
        pipeline.addLast(
                isClient
                        ? client.newHandler(alloc, "localhost", 443, Netty.offloadExecutor())
                        : server.newHandler(alloc, Netty.offloadExecutor()));
    }

    /** Not a test here: TLS under Netty has no half-close. */
    @Override
    void endOfTheOutputLeavesTheInput() {}

    @Test
    void wrongHostNameIsRefusedByDefault() throws Exception {
        inLoop(() -> {
            try (TcpServer listening = Framed.serve(
                            Channels.ANY,
                            ByteBuf.class,
                            pipeline -> transport(pipeline, false),
                            framed -> framed.read());
                    Framed<ByteBuf, ByteBuf> framed = Framed.connect(
                            listening.address(),
                            ByteBuf.class,
                            pipeline -> pipeline.addLast(client.newHandler(
                                    pipeline.channel().alloc(), "elsewhere.test", 443, Netty.offloadExecutor())))) {
                assertThatExceptionOfType(SSLException.class).isThrownBy(() -> framed.write(text("secret")));
            }
        });
    }
}
