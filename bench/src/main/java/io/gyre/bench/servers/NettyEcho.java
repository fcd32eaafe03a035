package io.gyre.bench.servers;

import io.gyre.loop.LoopPortal;
import io.gyre.loop.LowLevel;
import io.gyre.net.netty.Netty;
import io.gyre.net.netty.NettyLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.Version;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * One event loop of Netty, or Gyre's under Netty's channels, for the listener and all connections; one write for each
 * read, one flush for each batch.
 */
record NettyEcho(Supplier<EventLoopGroup> group, Class<? extends ServerChannel> channels, SslProvider engines)
        implements EchoServer {
    static NettyEcho nio() {
        return nio(SslProvider.JDK);
    }

    static NettyEcho onOpenSsl() {
        return nio(SslProvider.OPENSSL);
    }

    private static NettyEcho nio(SslProvider engines) {
        return new NettyEcho(ownLoop(NioIoHandler.newFactory()), NioServerSocketChannel.class, engines);
    }

    static NettyEcho epoll() {
        return new NettyEcho(ownLoop(EpollIoHandler.newFactory()), EpollServerSocketChannel.class, SslProvider.JDK);
    }

    static NettyEcho onGyre() {
        return new NettyEcho(NettyEcho::groupOnGyre, NioServerSocketChannel.class, SslProvider.JDK);
    }

    private static EventLoopGroup groupOnGyre() {
        LoopPortal portal = LoopPortal.start();
        if (Ticks.areWanted()) {
            var _ = portal.createTask(Ticks::run);
        }
        return NettyLoops.group(portal.loop());
    }

    private static Supplier<EventLoopGroup> ownLoop(IoHandlerFactory handlers) {
        return () -> new MultiThreadIoEventLoopGroup(1, handlers);
    }

    /** {@return what makes engines for the certificate of this JVM} */
    static SslContext context(SslProvider engines) throws IOException {
        File pem = SelfSigned.ofThisJvm().pem().toFile();
        SslContext context =
                SslContextBuilder.forServer(pem, pem).sslProvider(engines).build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            // Without a key, it gives out no tickets, by which the JDK's engine lets sessions be resumed.
            byte[] random = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
            new SecureRandom().nextBytes(random);
            int part = OpenSslSessionTicketKey.NAME_SIZE;
            sessions.setTicketKeys(new OpenSslSessionTicketKey(
                    Arrays.copyOf(random, part),
                    Arrays.copyOfRange(random, part, 2 * part),
                    Arrays.copyOfRange(random, 2 * part, random.length)));
        }
        return context;
    }

    @Override
    public String version() {
        Map<String, Version> versions = Version.identify();
        Version version = versions.get("netty-transport");
        return "Netty " + (version == null ? "?" : version.artifactVersion()) + ", JDK " + Runtime.version();
    }

    @Override
    public void serve(IntConsumer listening) throws IOException, InterruptedException {
        ChannelHandler echo = SelfSigned.isAskedFor() ? secured(context(engines)) : new Echo();
        Channel listener = new ServerBootstrap()
                .group(group.get())
                .channel(channels)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
                .childHandler(echo)
                .bind(EchoServer.anyPort())
                .sync()
                .channel();
        listening.accept(((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
    }

    private static ChannelHandler secured(SslContext context) {
        var echo = new Echo();
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(
                                LowLevel.inTask() // on Gyre's loop
                                        ? context.newHandler(channel.alloc(), Netty.offloadExecutor())
                                        : context.newHandler(channel.alloc()),
                                echo);
            }
        };
    }

    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
            context.close();
        }
    }
}
