package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

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
            if (!other().isOpen()) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new ClosedChannelException());
                return;
            }
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

    @Test
    void inputOfAChannelThatIsClosedHasEnded() throws Exception {
        inLoop(() -> {
            var channel = new EmbeddedChannel();
            channel.close();

            assertThat(Framed.of(channel, ByteBuf.class).read()).isEmpty();
        });
    }

    /** The message arrives in the step that then cancels the reader: a value wins over a cancellation. */
    @Test
    void readThatHasItsMessageWhenItIsCancelledDeliversIt() throws Exception {
        run((left, right) -> {
            Task<Optional<String>> reader = createTask(() -> readText(right));
            letOthersPark();

            left.write(text("mine"));
            reader.cancel("too late");

            assertThat(reader.await()).contains("mine");
        });
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
