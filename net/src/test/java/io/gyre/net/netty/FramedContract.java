package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.string.StringDecoder;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What holds for each kind of channel under {@link Framed}. Messages are buffers with a length before them. */
@ExtendWith(NoLeaks.class)
abstract class FramedContract {
    static final int MAX_FRAME = 1 << 20;

    /** Both ends of a connection. */
    record Pair(Framed<ByteBuf, ByteBuf> left, Framed<ByteBuf, ByteBuf> right) {}

    /** Runs a body with two connected ends, and closes them. */
    abstract void run(PairBody body) throws Exception;

    interface PairBody {
        void run(Framed<ByteBuf, ByteBuf> left, Framed<ByteBuf, ByteBuf> right) throws Exception;
    }

    /** {@return whether an end can end its output alone} */
    boolean hasHalfClose() {
        return true;
    }

    static void frames(ChannelPipeline pipeline) {
        pipeline.addLast(new LengthFieldBasedFrameDecoder(MAX_FRAME + 4, 0, 4, 0, 4), new LengthFieldPrepender(4));
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    static Optional<String> readText(Framed<ByteBuf, ByteBuf> framed) throws IOException {
        return framed.read().map(message -> {
            String text = message.toString(UTF_8);
            message.release();
            return text;
        });
    }

    static void letOthersPark() {
        for (int i = 0; i < 3; i++) {
            sleep(Duration.ZERO);
        }
    }

    @Test
    void messagesArriveWholeAndInOrder() throws Exception {
        run((left, right) -> {
            Task<?> writer = createTask(() -> {
                for (int i = 0; i < 100; i++) {
                    left.write(text("message " + i));
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(readText(right)).contains("message " + i);
            }
            writer.await();
        });
    }

    @Test
    void bothDirectionsWorkAtOnce() throws Exception {
        run((left, right) -> {
            Task<?> echo = createTask(() -> {
                for (ByteBuf message : right) {
                    right.write(message);
                }
            });
            for (int i = 0; i < 20; i++) {
                left.write(text("ping " + i));
                assertThat(readText(left)).contains("ping " + i);
            }
            left.close();
            echo.await();
        });
    }

    @Test
    void messageThatNeedsManyReadsArrives() throws Exception {
        run((left, right) -> {
            Task<?> writer = createTask(() -> left.write(text("x".repeat(MAX_FRAME))));

            assertThat(readText(right).orElseThrow()).hasSize(MAX_FRAME);
            writer.await();
        });
    }

    @Test
    void closeIsTheEndOfThePeersInput() throws Exception {
        run((left, right) -> {
            left.write(text("last"));
            left.close();

            assertThat(readText(right)).contains("last");
            assertThat(right.read()).isEmpty();
            assertThat(right.read()).isEmpty();
        });
    }

    @Test
    void endOfTheOutputLeavesTheInput() throws Exception {
        run((left, right) -> {
            if (!hasHalfClose()) {
                assertThatThrownBy(left::closeOutput)
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining(" has no half-close");
                left.write(text("goes on"));
                assertThat(readText(right)).contains("goes on");
                return;
            }
            left.write(text("question"));
            left.closeOutput();
            assertThat(readText(right)).contains("question");
            assertThat(right.read()).isEmpty();

            right.write(text("answer"));

            assertThat(readText(left)).contains("answer");
        });
    }

    @Test
    void iterationEndsWithTheInput() throws Exception {
        run((left, right) -> {
            left.write(text("a"));
            left.write(text("b"));
            left.close();
            var seen = new ArrayList<String>();

            for (ByteBuf message : right) {
                seen.add(message.toString(UTF_8));
                message.release();
            }

            assertThat(seen).containsExactly("a", "b");
        });
    }

    @Test
    void failureOfADecoderIsTheReaders() throws Exception {
        run((left, right) -> {
            left.channel().pipeline().remove(LengthFieldPrepender.class);
            left.write(Unpooled.buffer().writeInt(MAX_FRAME + 5));

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(right::read)
                    .withMessageStartingWith(right.channel() + " failed in its pipeline: ")
                    .withCauseInstanceOf(TooLongFrameException.class);
        });
    }

    @Test
    void failureOfAnEncoderIsTheWriters() throws Exception {
        run((left, right) -> {
            left.channel().pipeline().replace(LengthFieldPrepender.class, "short", new LengthFieldPrepender(1));

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> left.write(text("x".repeat(300))))
                    .withMessageStartingWith(left.channel() + " failed in its pipeline: ");
            left.write(text("next"));
        });
    }

    @Test
    void secondReaderIsRejectedWithBothNames() throws Exception {
        run((left, right) -> {
            Task<?> first = EventLoop.current().createTask("first", left::read);
            letOthersPark();

            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(left::read)
                    .withMessageContaining("the reading side of Framed[")
                    .withMessageContaining("task 'first'");
            first.cancel("over");
        });
    }

    @Test
    void cancelledReadLosesNoMessage() throws Exception {
        run((left, right) -> {
            Task<?> cancelledBefore = createTask(right::read);
            cancelledBefore.cancel("before it began");
            Task<?> cancelledWhileParked = createTask(right::read);
            letOthersPark();
            assertThat(cancelledBefore.isCancelled()).isTrue();
            cancelledWhileParked.cancel("while parked");
            letOthersPark();
            assertThat(cancelledWhileParked.isCancelled()).isTrue();

            left.write(text("kept"));

            assertThat(readText(right)).contains("kept");
        });
    }

    @Test
    void cancelledWriteReleasesItsMessage() throws Exception {
        run((left, right) -> {
            ByteBuf message = text("never");
            Task<?> writer = createTask(() -> left.write(message));
            writer.cancel("before it began");
            letOthersPark();
            assertThat(writer.isCancelled()).isTrue();
            assertThat(message.refCnt()).isZero();

            ByteBuf second = text("never");
            Task<?> cancelled = createTask(() -> {
                io.gyre.loop.Async.currentTask().cancel("just before the call");
                assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> left.write(second));
            });
            letOthersPark();
            assertThat(cancelled.isDone()).isTrue();
            assertThat(second.refCnt()).isZero();
        });
    }

    @Test
    void closeEndsTheReaderAndRejectsEverything() throws Exception {
        run((left, right) -> {
            Task<?> reader = createTask(left::read);
            letOthersPark();

            left.close();
            left.close();

            assertThatThrownBy(() -> reader.awaitThrowing(IOException.class))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(left::read).isInstanceOf(ClosedChannelException.class);
            ByteBuf message = text("late");
            assertThatThrownBy(() -> left.write(message)).isInstanceOf(ClosedChannelException.class);
            assertThat(message.refCnt()).isZero();
        });
    }

    @Test
    void unreadMessagesAreReleased() throws Exception {
        run((left, right) -> {
            left.write(text("read"));
            left.write(text("unread"));
            assertThat(readText(right)).contains("read");

            right.close();
            left.close();
        });
    }

    @Test
    void messageOfAnotherTypeIsAnErrorThatNamesBoth() throws Exception {
        run((left, right) -> {
            addLast(right, new StringDecoder());

            left.write(text("hello"));

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(right::read)
                    .withMessageStartingWith(right.channel() + " failed in its pipeline: ")
                    .withMessageContaining(" delivered hello, which is no " + ByteBuf.class.getName());
        });
    }

    /** Delivers a message for each read, and says that a read is complete only when it has nothing left. */
    private static final class OneForEachRead extends ChannelDuplexHandler {
        private final Queue<Object> kept = new ArrayDeque<>();
        private boolean wanted = true; // the read that the end of the pipeline has asked for before

        @Override
        public void read(ChannelHandlerContext context) {
            if (kept.isEmpty()) {
                wanted = true;
                context.read();
            } else {
                context.fireChannelRead(kept.remove());
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            kept.add(message);
            if (wanted) {
                wanted = false;
                context.fireChannelRead(kept.remove());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (kept.isEmpty()) {
                context.fireChannelReadComplete();
            }
        }
    }

    @Test
    void handlerThatDeliversOneMessageForEachReadIsAskedForTheNext() throws Exception {
        run((left, right) -> {
            addLast(right, new OneForEachRead());
            left.write(text("a"));
            left.write(text("b"));
            left.write(text("c"));

            assertThat(readText(right)).contains("a");
            assertThat(readText(right)).contains("b");
            assertThat(readText(right)).contains("c");
        });
    }

    @Test
    void writeToAPeerThatHasClosedIsTheConnectionsFailure() throws Exception {
        run((left, right) -> {
            left.write(text("last"));
            assertThat(readText(right)).contains("last");
            left.close();
            assertThat(right.read()).isEmpty();

            assertThatThrownBy(() -> {
                        while (true) {
                            right.write(text("unwanted"));
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(ClosedChannelException.class);
        });
    }

    @Test
    void iteratorBehindTheEndSaysWhatHasEnded() throws Exception {
        run((left, right) -> {
            left.write(text("last"));
            assertThat(readText(right)).contains("last");
            left.close();
            Iterator<ByteBuf> messages = right.iterator();
            assertThat(messages.hasNext()).isFalse();

            assertThatExceptionOfType(NoSuchElementException.class)
                    .isThrownBy(messages::next)
                    .withMessage("the input of " + right + " has ended");
        });
    }

    /** Adds a handler before the one that ends each pipeline. */
    static void addLast(Framed<?, ?> framed, ChannelHandler handler) {
        ChannelPipeline pipeline = framed.channel().pipeline();
        pipeline.addBefore(pipeline.context(FramedTail.class).name(), null, handler);
    }

    static void inLoop(VoidBody<Exception> body) throws Exception {
        EventLoop.run(body);
    }
}
