package io.gyre.net.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.net.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.EOFException;
import java.util.ArrayList;
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
    void connectionThatIsCutOffIsNoEnd() throws Exception {
        inLoop(() -> {
            var served = new ArrayList<ChannelPipeline>();
            try (TcpServer listening = Framed.serve(
                            Channels.ANY,
                            ByteBuf.class,
                            pipeline -> {
                                transport(pipeline, false);
                                served.add(pipeline);
                            },
                            framed -> {
                                framed.write(text("part"));
                                Netty.await(served.getFirst()
                                        .context(SslHandler.class)
                                        .close()); // below TLS, which would say that it ends
                            });
                    Framed<ByteBuf, ByteBuf> framed =
                            Framed.connect(listening.address(), ByteBuf.class, pipeline -> transport(pipeline, true))) {
                ByteBuf part = framed.read().orElseThrow();
                assertThat(part.toString(UTF_8)).isEqualTo("part");
                part.release();
                assertThatExceptionOfType(EOFException.class)
                        .isThrownBy(framed::read)
                        .withMessageContaining("without close_notify");
            }
        });
    }

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
