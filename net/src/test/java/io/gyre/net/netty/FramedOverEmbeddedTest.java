package io.gyre.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Two channels without a socket: what one writes is put into the other at once. */
class FramedOverEmbeddedTest extends FramedContract {
    @Override
    boolean hasHalfClose() {
        return false;
    }

    private static final class Crossing extends ChannelOutboundHandlerAdapter {
        private @Nullable EmbeddedChannel other;

        private EmbeddedChannel other() {
            return Objects.requireNonNull(other);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            other().writeInbound(message);
            promise.setSuccess();
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
            context.close(promise);
            if (other().isOpen()) {
                other().close();
            }
        }
    }

    @Override
    void run(PairBody body) throws Exception {
        inLoop(() -> {
            var toRight = new Crossing();
            var toLeft = new Crossing();
            var leftChannel = new EmbeddedChannel(toRight);
            var rightChannel = new EmbeddedChannel(toLeft);
            toRight.other = rightChannel;
            toLeft.other = leftChannel;
            frames(leftChannel.pipeline());
            frames(rightChannel.pipeline());
            try (Framed<ByteBuf, ByteBuf> left = Framed.of(leftChannel, ByteBuf.class);
                    Framed<ByteBuf, ByteBuf> right = Framed.of(rightChannel, ByteBuf.class)) {
                body.run(left, right);
            }
        });
    }
}
