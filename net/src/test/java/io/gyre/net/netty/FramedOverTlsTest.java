package io.gyre.net.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.net.Feature;
import io.gyre.net.ServerStatistics;
import io.gyre.net.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class FramedOverTlsTest extends FramedOverTcpTest {
    private final X509Bundle identity;
    private final SslContext server;
    private final SslContext client;

    FramedOverTlsTest() throws Exception {
        identity = new CertificateBuilder()
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

    @Override
    boolean hasHalfClose() {
        return false;
    }

    /** Otherwise who only reads would take it for an empty answer. */
    @Test
    void connectionThatIsCutOffInTheHandshakeIsNoEnd() throws Exception {
        inLoop(() -> {
            try (TcpServer listening = TcpServer.serve(Channels.ANY, stream -> {});
                    Framed<ByteBuf, ByteBuf> framed =
                            Framed.connect(listening.address(), ByteBuf.class, pipeline -> transport(pipeline, true))) {
                assertThatExceptionOfType(IOException.class).isThrownBy(framed::read);
            }
        });
    }

    @Test
    void peerThatDoesNotSpeakTlsIsNoFailureOfTheHandler() throws Exception {
        ServerStatistics seen =
                statisticsAfter(pipeline -> transport(pipeline, false), framed -> framed.read(), stream -> {
                    stream.write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
                    stream.readAll(1000);
                });

        assertThat(seen.broken()).isEqualTo(1);
    }

    @Test
    @Feature("ALPN chooses the pipeline")
    void protocolThatBothEndsChooseByAlpnChoosesTheHandlers() throws Exception {
        var alpn = new ApplicationProtocolConfig(
                Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, "frames");
        SslContext choosingServer = SslContextBuilder.forServer(identity.toKeyManagerFactory())
                .applicationProtocolConfig(alpn)
                .build();
        SslContext choosingClient = SslContextBuilder.forClient()
                .trustManager(identity.getCertificate())
                .applicationProtocolConfig(alpn)
                .build();
        inLoop(() -> {
            try (TcpServer listening = Framed.<ByteBuf, ByteBuf>serve(
                            Channels.ANY,
                            ByteBuf.class,
                            pipeline -> pipeline.addLast(
                                    choosingServer.newHandler(pipeline.channel().alloc(), Netty.offloadExecutor()),
                                    new Choice()),
                            framed -> {
                                for (ByteBuf message : framed) {
                                    framed.write(message);
                                }
                            });
                    Framed<ByteBuf, ByteBuf> framed = Framed.connect(
                            listening.address(),
                            ByteBuf.class,
                            pipeline -> pipeline.addLast(
                                    choosingClient.newHandler(
                                            pipeline.channel().alloc(), "localhost", 443, Netty.offloadExecutor()),
                                    new Choice()))) {
                framed.channel()
                        .pipeline()
                        .get(SslHandler.class)
                        .handshakeFuture()
                        .sync();
                framed.write(text("framed"));

                assertThat(readText(framed)).contains("framed");
            }
        });
    }

    /** Adds what the two ends have agreed on behind itself. */
    private static final class Choice extends ApplicationProtocolNegotiationHandler {
        Choice() {
            super("none");
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            assertThat(protocol).isEqualTo("frames");
            context.pipeline()
                    .addAfter(context.name(), "prepender", new LengthFieldPrepender(4))
                    .addAfter(context.name(), "frames", new LengthFieldBasedFrameDecoder(MAX_FRAME + 4, 0, 4, 0, 4));
        }
    }

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
