package io.gyre.bench.servers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.Version;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.IntConsumer;

/** One event loop of Netty, for the listener and all connections; one write for each read, one flush for each batch. */
final class NettyEcho implements EchoServer {
    private final IoHandlerFactory handlers;
    private final Class<? extends ServerChannel> channels;

    private NettyEcho(IoHandlerFactory handlers, Class<? extends ServerChannel> channels) {
        this.handlers = handlers;
        this.channels = channels;
    }

    static NettyEcho nio() {
        return new NettyEcho(NioIoHandler.newFactory(), NioServerSocketChannel.class);
    }

    static NettyEcho epoll() {
        return new NettyEcho(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
    }

    @Override
    public String version() {
        Map<String, Version> versions = Version.identify();
        Version version = versions.get("netty-transport");
        return "Netty " + (version == null ? "?" : version.artifactVersion()) + ", JDK " + Runtime.version();
    }

    @Override
    public void serve(IntConsumer listening) throws InterruptedException {
        Channel listener = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, handlers))
                .channel(channels)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES))
                .childHandler(new Echo())
                .bind(EchoServer.anyPort())
                .sync()
                .channel();
        listening.accept(((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
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
