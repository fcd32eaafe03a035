package io.gyre.net.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gyre.loop.EventLoop;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Netty's channels on the loop of the calling task. */
final class Channels {
    static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private Channels() {}

    static EventLoopGroup group() {
        return NettyLoops.group(EventLoop.current());
    }

    static Channel serve(ChannelHandler handler) {
        return of(new ServerBootstrap()
                .group(group())
                .channel(NioServerSocketChannel.class)
                .childHandler(handler)
                .bind(ANY));
    }

    static Channel connect(SocketAddress address, ChannelHandler handler) {
        return of(new Bootstrap()
                .group(group())
                .channel(NioSocketChannel.class)
                .handler(handler)
                .connect(address));
    }

    static Channel of(ChannelFuture future) {
        Netty.await(future);
        return future.channel();
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }
}
