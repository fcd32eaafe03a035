package io.gyre.net.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Promise;

/** Completes a promise with the text that has come, when it is long enough. */
final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
    private final StringBuilder all = new StringBuilder();
    private final Promise<String> answer;
    private final int length;

    Collector(Promise<String> answer, int length) {
        this.answer = answer;
        this.length = length;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
        all.append(message.toString(UTF_8));
        if (all.length() >= length) {
            answer.trySuccess(all.toString());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        answer.tryFailure(cause);
        context.close();
    }
}
