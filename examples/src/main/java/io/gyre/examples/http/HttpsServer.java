package io.gyre.examples.http;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.TaskGroup;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.netty.Framed;
import io.gyre.net.netty.Netty;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * The {@link HttpServer} over TLS: HTTP/2 with clients that know it, HTTP/1.1 with others.
 *
 * <p>What this example shows: one handler in straight lines serves both. TLS chooses the pipeline while it shakes hands
 * (ALPN). Over HTTP/1.1 the handler reads the requests of its connection. Over HTTP/2 each request has a stream of its own,
 * which is a channel of Netty's: it gets the same handler in a task of its own, which ends with its connection.
 * TLS computes in the offload pool, so a handshake does not hold up the loop.
 */
public final class HttpsServer {
    /** Each is a task. */
    private static final int MAX_STREAMS = 100;

    private final SslContext tls;
    private final Executor computing = Netty.offloadExecutor();

    private HttpsServer(SslContext tls) {
        this.tls = tls;
    }

    /**
     * Starts to serve. Suspends.
     *
     * @param address where to listen
     * @param identity the certificate of the server, and its key
     * @return the server
     * @throws IOException if the certificate or the address cannot be used
     */
    public static TcpServer serve(InetSocketAddress address, SslContextBuilder identity) throws IOException {
        SslContext tls = offload(() -> identity.applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build());
        return TcpServer.serve(address, new HttpsServer(tls)::serve);
    }

    private void serve(TcpStream stream) throws IOException {
        TaskGroup.supervise(streams -> {
            try (Framed<FullHttpRequest, HttpObject> connection = Framed.of(
                    stream,
                    FullHttpRequest.class,
                    pipeline -> pipeline.addLast(
                            tls.newHandler(pipeline.channel().alloc(), computing), new Negotiation(streams)))) {
                HttpServer.converse(
                        connection); // over HTTP/2 no request comes here: it waits until the connection ends
            }
        });
    }

    /** Serves a stream of HTTP/2, as if it were a connection. */
    private static void serve(Channel stream, TaskGroup<?> streams) {
        stream.config().setAutoRead(false);
        stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true), HttpServer.wholeRequests());
        Framed<FullHttpRequest, HttpObject> client = Framed.of(stream, FullHttpRequest.class);
        streams.createTask("stream " + stream.id().asShortText(), () -> {
            try (client) {
                HttpServer.converse(client);
            } catch (IOException givenUp) {
                // by the client, which may go on with other streams
            }
        });
    }

    /** Adds the handlers of the protocol that TLS has agreed on. */
    private static final class Negotiation extends ApplicationProtocolNegotiationHandler {
        private final TaskGroup<?> streams;

        Negotiation(TaskGroup<?> streams) {
            super(ApplicationProtocolNames.HTTP_1_1); // for a client that does not say what it knows
            this.streams = streams;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            if (protocol.equals(ApplicationProtocolNames.HTTP_1_1)) {
                addBeforeEnd(context, new HttpServerCodec(), HttpServer.wholeRequests());
                return;
            }
            addBeforeEnd(
                    context,
                    Http2FrameCodecBuilder.forServer()
                            .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(MAX_STREAMS))
                            .build(),
                    new Http2MultiplexHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            serve(stream, streams);
                        }
                    }),
                    new Rest());
        }

        /** Adds handlers before the last one, from which the {@code Framed} reads. */
        private static void addBeforeEnd(ChannelHandlerContext context, ChannelHandler... handlers) {
            String end = context.pipeline().lastContext().name();
            for (ChannelHandler handler : handlers) {
                context.pipeline().addBefore(end, null, handler);
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            context.fireExceptionCaught(cause); // it is what the handler's read throws, and the server counts it
        }
    }

    /** Drops what concerns the connection of HTTP/2, such as settings and pings: Netty has acted on it. */
    private static final class Rest extends SimpleChannelInboundHandler<Http2Frame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2Frame frame) {}
    }
}
