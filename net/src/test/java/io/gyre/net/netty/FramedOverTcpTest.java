package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.BusyException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.Dns;
import io.gyre.net.Feature;
import io.gyre.net.ServerStatistics;
import io.gyre.net.StreamHandler;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

    /** A write that was cancelled when the pipeline had its message is sent as a whole, also before the end. */
    @Test
    void endOfTheOutputComesBehindWhatWasWritten() throws Exception {
        run((left, right) -> {
            if (!hasHalfClose()) {
                return;
            }
            Task<?> writer = writeMoreThanFits(left);
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(left::closeOutput)
                    .withMessageContaining("the writing side of Framed[");
            ByteBuf second = text("second");
            assertThatExceptionOfType(BusyException.class).isThrownBy(() -> left.write(second));
            assertThat(second.refCnt()).isZero();
            writer.cancelAndJoin("the rest is sent nevertheless");

            Task<?> ending = createTask(left::closeOutput);
            letOthersPark();

            assertThat(readText(right).orElseThrow()).hasSize(MAX_FRAME);
            assertThat(right.read()).isEmpty();
            ending.await();
        });
    }

    @Test
    void cancelledWriteThatWaitsForRoomReleasesItsMessageAndNoOther() throws Exception {
        run((left, right) -> {
            Task<?> handedOver = writeMoreThanFits(left);
            handedOver.cancelAndJoin("the pipeline has its message");
            ByteBuf message = text("never");
            Task<?> waiting = createTask(() -> left.write(message));
            letOthersPark();
            assertThat(waiting.waitsFor()).startsWith("room to write to ");

            waiting.cancelAndJoin("the pipeline does not have its message");

            assertThat(message.refCnt()).isZero();
            Task<?> next = createTask(() -> left.write(text("next")));
            assertThat(readText(right).orElseThrow()).hasSize(MAX_FRAME);
            assertThat(readText(right)).contains("next");
            next.await();
        });
    }

    private static Task<?> writeMoreThanFits(Framed<ByteBuf, ByteBuf> framed) {
        framed.channel().config().setOption(ChannelOption.SO_SNDBUF, 20_000);
        Task<?> writer = createTask(() -> framed.write(text("x".repeat(MAX_FRAME))));
        letOthersPark();
        assertThat(writer.waitsFor()).isNotNull();
        return writer;
    }

    @Test
    void inputOfAChannelWhoseInputHasEndedHasEnded() throws Exception {
        inLoop(() -> {
            Channel server = Channels.serve(new ChannelInboundHandlerAdapter());
            Channel client = Channels.connect(server.localAddress(), new ChannelInboundHandlerAdapter());
            Netty.await(((DuplexChannel) client).shutdownInput());

            try (Framed<ByteBuf, ByteBuf> framed = Framed.of(client, ByteBuf.class)) {
                assertThat(framed.read()).isEmpty();
            }
        });
    }

    @Test
    void channelThatIsWrappedIsReadOnlyWhenSomebodyWants() throws Exception {
        inLoop(() -> {
            Channel server = Channels.serve(new EchoHandler());
            Channel client = Channels.connect(server.localAddress(), new ChannelInboundHandlerAdapter());
            assertThat(client.config().isAutoRead()).isTrue();

            try (Framed<ByteBuf, ByteBuf> framed = Framed.of(client, ByteBuf.class)) {
                assertThat(client.config().isAutoRead()).isFalse();
                framed.write(text("echo"));
                assertThat(readText(framed)).contains("echo");
            }
        });
    }

    @Test
    void channelWhoseHandlersRunElsewhereIsRefused() throws Exception {
        var elsewhere = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Channel channel = new NioSocketChannel();
        elsewhere.register(channel).sync();

        inLoop(() -> assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Framed.of(channel, ByteBuf.class))
                .withMessageStartingWith("the handlers of " + channel + " run on ")
                .withMessageContaining(" and not on EventLoop["));

        elsewhere.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    // ---- the beginning

    @Test
    void handlersOfBothEndsSeeTheChannelBecomeActive() throws Exception {
        inLoop(() -> {
            var log = new ArrayList<String>();
            try (TcpServer server = Framed.serve(
                            Channels.ANY,
                            ByteBuf.class,
                            pipeline -> pipeline.addLast(new Events("server", log)),
                            framed -> framed.read().ifPresent(ByteBuf::release));
                    Framed<ByteBuf, ByteBuf> framed = Framed.connect(
                            server.address(), ByteBuf.class, pipeline -> pipeline.addLast(new Events("client", log)))) {
                framed.write(text("served"));
                framed.read();
            }

            for (String side : List.of("client", "server")) {
                assertThat(log)
                        .filteredOn(entry -> entry.startsWith(side))
                        .startsWith(side + " added", side + " registered", side + " active");
            }
        });
    }

    private static final class Events extends ChannelInboundHandlerAdapter {
        private final String side;
        private final List<String> log;

        Events(String side, List<String> log) {
            this.side = side;
            this.log = log;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            log.add(side + " added");
        }

        @Override
        public void channelRegistered(ChannelHandlerContext context) {
            log.add(side + " registered");
            context.fireChannelRegistered();
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            log.add(side + " active");
            context.fireChannelActive();
        }
    }

    @Test
    void mistakeInThePipelineIsThrownAsItIsAndClosesTheConnection() throws Exception {
        var mistake = new IllegalArgumentException("no such codec");
        inLoop(() -> {
            LoopFuture<Boolean> ended = EventLoop.current().createFuture();
            try (TcpServer server = TcpServer.serve(Channels.ANY, stream -> {
                ended.setResult(stream.readAll(10).length == 0);
            })) {
                assertThatThrownBy(() -> Framed.connect(server.address(), ByteBuf.class, pipeline -> {
                            throw mistake;
                        }))
                        .isSameAs(mistake);

                assertThat(ended.await()).isTrue();
            }
        });
    }

    /** The first address of a name may not answer. */
    @Test
    void connectTriesAllAddressesOfAName() throws Exception {
        inLoop(() -> {
            Dns.use(host -> List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")));
            try (TcpServer server = Framed.serve(
                            Channels.ANY,
                            ByteBuf.class,
                            FramedContract::frames,
                            (Framed<ByteBuf, ByteBuf> framed) ->
                                    framed.write(framed.read().orElseThrow()));
                    Framed<ByteBuf, ByteBuf> framed = Framed.connect(
                            InetSocketAddress.createUnresolved(
                                    "echo.test", server.address().getPort()),
                            ByteBuf.class,
                            FramedContract::frames)) {
                framed.write(text("found"));

                assertThat(readText(framed)).contains("found");
            }
        });
    }

    // ---- in a server

    @Test
    @Feature("A draining server ends the input of Framed, too")
    void drainedConnectionGetsWhatHasArrivedAndThenTheEnd() throws Exception {
        inLoop(() -> {
            EventLoop loop = EventLoop.current();
            LoopFuture<Boolean> gate = loop.createFuture();
            TcpServer server = Framed.<ByteBuf, ByteBuf>serve(
                    Channels.ANY,
                    ByteBuf.class,
                    pipeline -> {
                        transport(pipeline, false);
                        frames(pipeline);
                    },
                    framed -> {
                        framed.write(framed.read().orElseThrow());
                        gate.await();
                        for (ByteBuf message : framed) {
                            framed.write(message);
                        }
                    });
            try (Framed<ByteBuf, ByteBuf> framed = Framed.connect(server.address(), ByteBuf.class, pipeline -> {
                transport(pipeline, true);
                frames(pipeline);
            })) {
                framed.write(text("hello"));
                assertThat(readText(framed)).contains("hello");
                framed.write(text("one"));
                framed.write(text("two"));
                Task<Boolean> drained = createTask(() -> server.drain(Duration.ofSeconds(15)));
                letOthersPark();

                gate.setResult(true);

                assertThat(readText(framed)).contains("one");
                assertThat(readText(framed)).contains("two");
                assertThat(framed.read()).isEmpty();
                assertThat(drained.await()).isTrue();
            }
        });
    }

    /** The reader waits when the server begins to drain, or comes later. */
    @Test
    void drainEndsTheInputOfAnIdleConnection() throws Exception {
        inLoop(() -> {
            try (TcpServer server = Framed.<ByteBuf, ByteBuf>serve(
                            Channels.ANY, ByteBuf.class, FramedContract::frames, framed -> {
                                assertThat(framed.read()).isEmpty();
                                assertThat(framed.read()).isEmpty();
                            });
                    Framed<ByteBuf, ByteBuf> framed =
                            Framed.connect(server.address(), ByteBuf.class, FramedContract::frames)) {
                while (server.statistics().active() == 0) {
                    sleep(Duration.ZERO);
                }
                letOthersPark();

                assertThat(server.drain(Duration.ofSeconds(15))).isTrue();

                assertThat(framed.read()).isEmpty();
            }
        });
    }

    /** {@return what a server has counted when one client has come and gone} Fails if a handler's failure is reported. */
    static ServerStatistics statisticsAfter(
            Consumer<ChannelPipeline> pipeline,
            FramedHandler<ByteBuf, ByteBuf> handler,
            StreamHandler<TcpStream> client)
            throws Exception {
        var failures = new ArrayList<Failure>();
        LoopOptions options =
                LoopOptions.defaults().withFailureHandler(failures::add).withTicker(VirtualClock.autojumpDespiteIo());
        ServerStatistics seen = EventLoop.run(options, () -> {
            try (TcpServer server = Framed.serve(Channels.ANY, ByteBuf.class, pipeline, handler)) {
                try (TcpStream stream = TcpStream.connect(server.address())) {
                    client.handle(stream);
                }
                while (server.statistics().accepted() == 0
                        || server.statistics().active() > 0) {
                    sleep(Duration.ofMillis(1));
                }
                return server.statistics();
            }
        });
        assertThat(failures).isEmpty();
        assertThat(seen.failed()).isZero();
        return seen;
    }

    @Test
    @Feature("What a peer does to Framed is no failure of the handler")
    void peerThatResetsIsNoFailureOfTheHandler() throws Exception {
        ServerStatistics seen = statisticsAfter(FramedContract::frames, framed -> framed.read(), stream -> {
            stream.write(new byte[3]);
            stream.abort();
        });

        assertThat(seen.broken()).isEqualTo(1);
    }

    @Test
    void peerThatResetsWhileItIsWrittenToIsNoFailureOfTheHandler() throws Exception {
        ServerStatistics seen = statisticsAfter(
                FramedContract::frames,
                framed -> {
                    while (true) {
                        framed.write(text("x".repeat(100_000)));
                    }
                },
                stream -> {
                    stream.readExactly(100);
                    stream.abort();
                });

        assertThat(seen.broken()).isEqualTo(1);
    }

    @Test
    void peerThatSendsAFrameTooLongIsNoFailureOfTheHandler() throws Exception {
        ServerStatistics seen = statisticsAfter(FramedContract::frames, framed -> framed.read(), stream -> {
            stream.write(new byte[] {127, 0, 0, 0});
            stream.readAll(10);
        });

        assertThat(seen.broken()).isEqualTo(1);
    }

    @Test
    void peerThatIsTooSlowIsNoFailureOfTheHandler() throws Exception {
        ServerStatistics seen = statisticsAfter(
                FramedContract::frames,
                framed -> timeout(Duration.ofSeconds(10), framed::read),
                stream -> stream.readAll(10));

        assertThat(seen.timedOut()).isEqualTo(1);
    }

    @Test
    void peerThatIsTooSlowForAHandlerOfNettyIsNoFailureEither() throws Exception {
        ServerStatistics seen = statisticsAfter(
                pipeline -> pipeline.addLast(new ReadTimeoutHandler(10)),
                framed -> framed.read(),
                stream -> stream.readAll(10));

        assertThat(seen.timedOut()).isEqualTo(1);
    }

    @Test
    void mistakeOfTheHandlersPipelineIsAFailureOfTheHandler() throws Exception {
        var failures = new ArrayList<Failure>();
        EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
            try (TcpServer server = Framed.<ByteBuf, ByteBuf>serve(
                            Channels.ANY,
                            ByteBuf.class,
                            pipeline -> pipeline.addLast(new StringDecoder()),
                            framed -> framed.read());
                    TcpStream stream = TcpStream.connect(server.address())) {
                stream.write(new byte[1]);
                stream.readAll(10);
                while (server.statistics().active() > 0) {
                    sleep(Duration.ZERO);
                }
                assertThat(server.statistics().failed()).isEqualTo(1);
            }
        });
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessageContaining("which is no "));
    }

    // ---- the end of the loop

    @Test
    void messagesThatNobodyHasReadAreReleasedWithTheLoop() throws Exception {
        var arrived = new ArrayList<ByteBuf>();
        inLoop(() -> {
            TcpServer server = TcpServer.serve(Channels.ANY, stream -> {
                stream.write("\0\0\0\3one\0\0\0\3two".getBytes(UTF_8));
                stream.readAll(10);
            });
            Framed<ByteBuf, ByteBuf> neverClosed = Framed.connect(server.address(), ByteBuf.class, pipeline -> {
                frames(pipeline);
                pipeline.addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        arrived.add((ByteBuf) message);
                        context.fireChannelRead(message);
                    }
                });
            });
            while (arrived.size() < 2) {
                sleep(Duration.ofMillis(1));
            }
            assertThat(neverClosed.channel().isOpen()).isTrue();
        });

        assertThat(arrived).hasSize(2).allSatisfy(message -> assertThat(message.refCnt())
                .isZero());
    }

    @Test
    void streamThatIsReadCannotBeGivenAway() throws Exception {
        inLoop(() -> {
            try (TcpServer server = TcpServer.serve(Channels.ANY, stream -> stream.readExactly(1));
                    TcpStream stream = TcpStream.connect(server.address())) {
                Task<?> reader = createTask(() -> stream.readExactly(1));
                sleep(Duration.ZERO);

                assertThatExceptionOfType(BusyException.class).isThrownBy(stream::detach);

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
