package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.net.Feature;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FramedOverTcpTest extends FramedContract {
    /** Adds what comes before the frames. */
    void transport(ChannelPipeline pipeline, boolean client) {}

    @Override
    void run(PairBody body) throws Exception {
        inLoop(() -> {
            LoopFuture<Framed<ByteBuf, ByteBuf>> accepted = EventLoop.current().createFuture();
            LoopFuture<Boolean> over = EventLoop.current().createFuture();
            FramedHandler<ByteBuf, ByteBuf> handler = framed -> {
                accepted.setResult(framed);
                over.await();
            };
            try (TcpServer server = Framed.serve(
                            Channels.ANY,
                            ByteBuf.class,
                            pipeline -> {
                                transport(pipeline, false);
                                frames(pipeline);
                            },
                            handler);
                    Framed<ByteBuf, ByteBuf> left = Framed.connect(server.address(), ByteBuf.class, pipeline -> {
                        transport(pipeline, true);
                        frames(pipeline);
                    })) {
                body.run(left, accepted.await());
                over.setResult(true);
            }
        });
    }

    @Test
    @Feature("Typed messages over Netty's codecs")
    void writerWaitsWhileThePeerDoesNotRead() throws Exception {
        run((left, right) -> {
            int[] written = {0};
            Task<?> writer = createTask(() -> {
                for (int i = 0; i < 100; i++) {
                    left.write(text("x".repeat(MAX_FRAME)));
                    written[0]++;
                }
            });
            int before = -1;
            while (written[0] > before) {
                before = written[0];
                for (int i = 0; i < 20; i++) {
                    sleep(Duration.ofMillis(1));
                }
            }
            assertThat(written[0]).isLessThan(50);
            assertThat(writer.waitsFor()).isNotNull();

            for (int i = 0; i < 100; i++) {
                assertThat(readText(right).orElseThrow()).hasSize(MAX_FRAME);
            }
            writer.await();
        });
    }

    /** A peer that sends a lot must not fill the memory of an end that does not read. */
    @Test
    void nothingIsReadThatNobodyWants() throws Exception {
        run((left, right) -> {
            left.write(text("one"));
            sleep(Duration.ofMillis(5));

            assertThat(right.channel().config().isAutoRead()).isFalse();
            assertThat(right.channel().bytesBeforeUnwritable()).isPositive();
            assertThat(readText(right)).contains("one");
        });
    }

    @Test
    @Feature("A stream goes on as a pipeline of Netty's")
    void streamThatHasReadTheBeginningGoesOn() throws Exception {
        inLoop(() -> {
            LoopFuture<String> answer = EventLoop.current().createFuture();
            try (TcpServer server = TcpServer.serve(Channels.ANY, stream -> {
                        String line = stream.readLine(100).orElseThrow();
                        try (Framed<ByteBuf, ByteBuf> framed =
                                Framed.of(stream, ByteBuf.class, FramedContract::frames)) {
                            answer.setResult(line + " " + readText(framed).orElseThrow() + " "
                                    + readText(framed).orElseThrow());
                        }
                    });
                    TcpStream client = TcpStream.connect(server.address())) {
                client.write(ByteBuffer.wrap("upgrade\n\0\0\0\3one\0\0\0\3t".getBytes(UTF_8)));
                sleep(Duration.ofMillis(5));
                client.write(ByteBuffer.wrap("wo".getBytes(UTF_8)));

                assertThat(answer.await()).isEqualTo("upgrade one two");
            }
        });
    }

    @Test
    void streamThatWasGivenAwayIsClosedAndItsConnectionIsNot() throws Exception {
        inLoop(() -> {
            try (TcpServer server = TcpServer.serve(Channels.ANY, stream -> stream.write(stream.readExactly(5)))) {
                TcpStream stream = TcpStream.connect(server.address());
                stream.writeBuffered(ByteBuffer.wrap("hello".getBytes(UTF_8)));

                var detached = stream.detach();

                assertThat(stream.isOpen()).isFalse();
                assertThatThrownBy(() -> stream.readExactly(1)).isInstanceOf(ClosedChannelException.class);
                assertThatThrownBy(stream::detach).isInstanceOf(ClosedChannelException.class);
                stream.close();
                assertThat(detached.channel().isOpen()).isTrue();
                try (TcpStream again = TcpStream.of(detached.channel())) {
                    assertThat(again.readExactly(5)).isEqualTo("hello".getBytes(UTF_8));
                }
            }
        });
    }

    @Test
    void streamThatIsReadCannotBeGivenAway() throws Exception {
        inLoop(() -> {
            try (TcpServer server = TcpServer.serve(Channels.ANY, stream -> stream.readExactly(1));
                    TcpStream stream = TcpStream.connect(server.address())) {
                Task<?> reader = createTask(() -> stream.readExactly(1));
                sleep(Duration.ZERO);

                assertThatExceptionOfType(io.gyre.loop.BusyException.class).isThrownBy(stream::detach);

                reader.cancel("over");
                sleep(Duration.ZERO);
                assertThat(stream.isOpen()).isTrue();
            }
        });
    }

    @Test
    void refusedConnectIsAnIOException() throws Exception {
        inLoop(() -> {
            TcpServer server = TcpServer.serve(Channels.ANY, stream -> {});
            server.close();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> Framed.connect(server.address(), ByteBuf.class, FramedContract::frames));
        });
    }
}
