package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.Dns;
import io.gyre.net.Feature;
import io.gyre.net.TcpStream;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.ThreadExecutorMap;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class NettyLoopsTest {
    private static String echoed(Channel server, String text) {
        Promise<String> answer = Channels.group().next().newPromise();
        Channel client = Channels.connect(server.localAddress(), new Collector(answer, text.length()));
        client.writeAndFlush(Channels.text(text));
        String echo = Netty.await(answer);
        Netty.await(client.close());
        return echo;
    }

    @Test
    @Feature("Netty's channels on the loop")
    void tcpServerAndClientTalkOnOneLoop() {
        EventLoop.run(() -> {
            Channel server = Channels.serve(new EchoHandler());

            assertThat(echoed(server, "hello")).isEqualTo("hello");
            assertThat(echoed(server, "x".repeat(1 << 20))).hasSize(1 << 20);
        });
    }

    @Test
    void streamsOfGyreTalkToChannelsOfNetty() throws IOException {
        EventLoop.run(() -> {
            Channel server = Channels.serve(new EchoHandler());

            try (TcpStream stream = TcpStream.connect((InetSocketAddress) server.localAddress())) {
                stream.write(ByteBuffer.wrap("gyre".getBytes(UTF_8)));
                assertThat(stream.readExactly(4)).isEqualTo("gyre".getBytes(UTF_8));
            }
        });
    }

    @Test
    void udp() {
        EventLoop.run(() -> {
            Promise<String> packet = Channels.group().next().newPromise();
            Channel socket = Channels.of(new Bootstrap()
                    .group(Channels.group())
                    .channel(NioDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DatagramPacket message) {
                            packet.trySuccess(message.content().toString(UTF_8));
                        }
                    })
                    .bind(Channels.ANY));

            socket.writeAndFlush(
                    new DatagramPacket(Channels.text("packet"), (InetSocketAddress) socket.localAddress()));

            assertThat(Netty.await(packet)).isEqualTo("packet");
        });
    }

    @Test
    void unixSockets(@TempDir Path directory) {
        EventLoop.run(() -> {
            var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
            EventLoopGroup group = Channels.group();
            Channels.of(new ServerBootstrap()
                    .group(group)
                    .channel(NioServerDomainSocketChannel.class)
                    .childHandler(new EchoHandler())
                    .bind(address));
            Promise<String> answer = group.next().newPromise();
            Channel client = Channels.of(new Bootstrap()
                    .group(group)
                    .channel(NioDomainSocketChannel.class)
                    .handler(new Collector(answer, 4))
                    .connect(address));

            client.writeAndFlush(Channels.text("unix"));

            assertThat(Netty.await(answer)).isEqualTo("unix");
        });
    }

    @Test
    void channelIsDeregisteredAndRegisteredAgain() {
        EventLoop.run(() -> {
            Channel server = Channels.serve(new EchoHandler());
            Promise<String> answer = Channels.group().next().newPromise();
            Channel client = Channels.connect(server.localAddress(), new Collector(answer, 5));

            Netty.await(client.deregister());
            assertThat(client.isRegistered()).isFalse();
            Netty.await(Channels.group().register(client));
            client.writeAndFlush(Channels.text("again"));

            assertThat(Netty.await(answer)).isEqualTo("again");
        });
    }

    @Test
    void refusedConnectFails() {
        EventLoop.run(() -> {
            Channel server = Channels.serve(new EchoHandler());
            Netty.await(server.close());

            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> Channels.connect(server.localAddress(), new EchoHandler()))
                    .withRootCauseInstanceOf(java.net.ConnectException.class);
        });
    }

    // ---- the group

    @Test
    @SuppressWarnings("deprecation") // what clients ask for
    void groupIsTheOneThatClientsAskForAndTheSameEachTime() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            EventLoopGroup group = NettyLoops.group(loop);

            assertThat(group)
                    .isInstanceOf(io.netty.channel.nio.NioEventLoopGroup.class)
                    .isSameAs(NettyLoops.group(loop));
            var nio = (io.netty.channel.nio.NioEventLoopGroup) group;
            nio.rebuildSelectors();
            assertThat(nio.isIoType(NioIoHandler.class)).isTrue();
            assertThat(nio.executorCount()).isEqualTo(1);
            assertThat(group.next().parent()).isSameAs(group);
            assertThat(group.next().toString()).isEqualTo("Netty on " + loop);
        });
    }

    @Test
    void groupOfSeveralLoopsSpreadsItsChannels() {
        try (var loops = LoopGroup.start(2)) {
            EventLoopGroup group = NettyLoops.group(loops);
            assertThat(group).isSameAs(NettyLoops.group(loops));

            List<EventLoop> ranOn = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                ranOn.add(group.next()
                        .submit(EventLoop::current)
                        .syncUninterruptibly()
                        .getNow());
            }

            assertThat(ranOn).containsExactlyInAnyOrderElementsOf(loops.loops());
            assertThat(group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(group.isTerminated()).isTrue();
        }
    }

    @Test
    void groupAfterAShutdownIsANewOne() {
        EventLoop.run(() -> {
            EventLoopGroup first = Channels.group();
            Netty.await(first.shutdownGracefully(0, 1, TimeUnit.SECONDS));

            assertThat(Channels.group()).isNotSameAs(first);
            assertThat(echoed(Channels.serve(new EchoHandler()), "hello")).isEqualTo("hello");
        });
    }

    @Test
    void callersAtTheSameTimeGetTheSameGroupOfSeveralLoops() {
        try (var loops = LoopGroup.start(2)) {
            List<EventLoopGroup> groups = loops.loops().getFirst().call(() -> {
                Task<EventLoopGroup> one = createTask(() -> NettyLoops.group(loops));
                Task<EventLoopGroup> other = createTask(() -> NettyLoops.group(loops));
                return List.of(one.await(), other.await());
            });

            assertThat(groups.getFirst()).isSameAs(groups.getLast());
        }
    }

    /** Netty wraps what making a group throws. */
    @Test
    void groupWithALoopThatIsClosedIsRefusedForThatReason() {
        try (var loops = LoopGroup.start(2)) {
            loops.portals().getLast().close();

            assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> NettyLoops.group(loops));
        }
    }

    // ---- where am I

    @Test
    void tasksAreOutsideTheEventLoopAndHandlersInside() {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            EventLoop loop = EventLoop.current();

            assertThat(executor.inEventLoop()).isFalse();
            assertThat(Netty.await(executor.submit(() -> executor.inEventLoop()
                            && loop.inLoop()
                            && ThreadExecutorMap.currentExecutor() == executor)))
                    .isTrue();
            loop.callSoon(() -> assertThat(ThreadExecutorMap.currentExecutor()).isNull());
        });
    }

    @Test
    void commandsOfEachCallerRunInOrder() throws Exception {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            var seen = new ArrayList<String>();
            var other = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 1_000; i++) {
                    int number = i;
                    executor.execute(() -> seen.add("other " + number));
                }
            });
            Task<?> here = createTask(() -> {
                for (int i = 0; i < 1_000; i++) {
                    int number = i;
                    executor.execute(() -> seen.add("task " + number));
                    if (i % 100 == 0) {
                        sleep(Duration.ZERO);
                    }
                }
            });

            here.await();
            other.join();
            Netty.await(executor.submit(() -> {}));

            for (String caller : List.of("task ", "other ")) {
                assertThat(seen.stream().filter(entry -> entry.startsWith(caller)))
                        .containsExactlyElementsOf(java.util.stream.IntStream.range(0, 1_000)
                                .mapToObj(i -> caller + i)
                                .toList());
            }
        });
    }

    /** The task knows of the other's command, which must not be overtaken; a parked handler keeps both waiting. */
    @Test
    void commandThatFollowsOneOfAnotherThreadRunsBehindIt() throws Exception {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            var seen = new ArrayList<String>();
            LoopFuture<Boolean> gate = EventLoop.current().createFuture();
            executor.execute(gate::await);
            sleep(Duration.ZERO);
            sleep(Duration.ZERO);

            Async.offload(() -> executor.execute(() -> seen.add("offloaded")));
            executor.execute(() -> seen.add("task"));
            gate.setResult(true);
            Netty.await(executor.submit(() -> {}));

            assertThat(seen).containsExactly("offloaded", "task");
        });
    }

    /** A bounded number of tasks a tick: a chain of tasks that submit each other keeps nobody from the loop. */
    @Test
    void endlessChainOfTasksLeavesTurnsToOthers() {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            boolean[] over = {false};
            int[] links = {0};
            executor.execute(new Runnable() {
                @Override
                public void run() {
                    links[0]++;
                    if (!over[0]) {
                        executor.execute(this);
                    }
                }
            });

            for (int i = 0; i < 10; i++) {
                sleep(Duration.ZERO);
            }
            over[0] = true;

            assertThat(links[0]).isBetween(256, 256 * 12);
        });
    }

    // ---- waiting

    @Test
    void awaitThrowsTheFailureOfTheFuture() {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();

            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> Netty.await(executor.newFailedFuture(new IOException("boom"))))
                    .withCauseInstanceOf(IOException.class);
            Promise<Object> cancelled = executor.newPromise();
            cancelled.cancel(false);
            assertThatExceptionOfType(java.util.concurrent.CancellationException.class)
                    .isThrownBy(() -> Netty.await(cancelled));
        });
    }

    /** A promise whose listeners are called by whoever completes it, or comes too late. */
    private static final class DoneMeanwhile extends DefaultPromise<String> {
        DoneMeanwhile() {
            super(ImmediateEventExecutor.INSTANCE);
        }

        @Override
        public Promise<String> addListener(GenericFutureListener<? extends Future<? super String>> listener) {
            setSuccess("meanwhile"); // as another thread may, after await has looked
            return super.addListener(listener);
        }
    }

    @Test
    void futureThatIsDoneWhenTheListenerComesIsNotAwaited() {
        assertThat(EventLoop.<String, RuntimeException>run(() -> Netty.await(new DoneMeanwhile())))
                .isEqualTo("meanwhile");
    }

    @Test
    void cancelledTaskLeavesTheFutureAlone() {
        EventLoop.run(() -> {
            Promise<String> promise = Channels.group().next().newPromise();
            Task<String> task = createTask(() -> Netty.await(promise));
            sleep(Duration.ZERO);
            assertThat(task.waitsFor()).startsWith("Netty's ");

            task.cancel("enough");
            sleep(Duration.ZERO);

            assertThat(task.isCancelled()).isTrue();
            assertThat(promise.isDone()).isFalse();
            promise.setSuccess("late");
            assertThat(Netty.await(promise)).isEqualTo("late");
        });
    }

    @Test
    void futureOfAnotherExecutorWakesTheTask() {
        EventLoop.run(() -> {
            try (var other = new io.netty.util.concurrent.DefaultEventExecutor()) {
                assertThat(Netty.await(other.submit(() -> "elsewhere"))).isEqualTo("elsewhere");
            }
        });
    }

    @Test
    void nettysOwnSyncParksTheTaskAlone() throws InterruptedException {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            Promise<String> promise = executor.newPromise();
            Task<?> other = createTask(() -> {
                sleep(Duration.ofMillis(1));
                promise.setSuccess("done");
            });

            assertThat(promise.sync().getNow()).isEqualTo("done");
            other.await();
            Task<?> stuck = createTask(() ->
                    LowLevel.blocking("a promise", () -> executor.newPromise().sync()));
            sleep(Duration.ofMillis(1));
            stuck.cancel("enough");
            assertThatThrownBy(stuck::await);
            assertThat(stuck.isCancelled()).isTrue();
        });
    }

    @Test
    void handlerCannotWaitForAFuture() {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();

            assertThatThrownBy(() -> Netty.await(executor.submit(() -> Netty.await(executor.newPromise()))))
                    .hasRootCauseInstanceOf(BlockingOperationException.class);
            assertThatThrownBy(() -> Netty.await(
                            executor.submit(() -> executor.newPromise().sync())))
                    .hasRootCauseInstanceOf(BlockingOperationException.class);
        });
    }

    // ---- time

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    @Feature("Netty's timers follow the test's clock")
    void idleHandlerOfAnHourFiresAtOnce(VirtualClock clock) {
        Promise<Object> idle = Channels.group().next().newPromise();
        Channel server = Channels.serve(new EchoHandler());
        Channel client = Channels.connect(server.localAddress(), new IdleStateHandler(0, 0, 1, TimeUnit.HOURS) {
            @Override
            protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
                idle.trySuccess(event.state());
            }
        });

        Netty.await(idle);

        assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
        Netty.await(client.close());
        Netty.await(server.close());
    }

    @LoopTest
    void scheduledTasksRunInOrderOfTheirDeadlines(VirtualClock clock) {
        EventExecutor executor = Channels.group().next();
        var log = new ArrayList<String>();
        executor.schedule(() -> log.add("two"), 2, TimeUnit.MINUTES);
        executor.schedule(() -> log.add("one"), 1, TimeUnit.MINUTES);
        Future<?> cancelled = executor.schedule(() -> log.add("never"), 90, TimeUnit.SECONDS);
        cancelled.cancel(false);
        Future<?> repeated = executor.scheduleAtFixedRate(() -> log.add("tick"), 50, 50, TimeUnit.SECONDS);

        Netty.await(executor.schedule(() -> log.add("three"), 3, TimeUnit.MINUTES));
        repeated.cancel(false);

        assertThat(log).containsExactly("tick", "one", "tick", "two", "tick", "three");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMinutes(3));
    }

    @LoopTest
    void timerNeedsNoThread(VirtualClock clock) {
        EventLoopGroup group = Channels.group();
        Timer timer = NettyLoops.timer(group);
        Promise<String> fired = group.next().newPromise();
        Timeout first = timer.newTimeout(timeout -> fired.setSuccess("fired"), 1, TimeUnit.HOURS);
        Timeout second = timer.newTimeout(timeout -> fired.setSuccess("never"), 30, TimeUnit.MINUTES);
        Timeout third = timer.newTimeout(timeout -> {}, 2, TimeUnit.HOURS);
        assertThat(second.cancel()).isTrue();

        assertThat(Netty.await(fired)).isEqualTo("fired");

        assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
        assertThat(first.isExpired()).isTrue();
        assertThat(second.isCancelled()).isTrue();
        assertThat(timer.stop()).containsExactly(third);
        assertThat(third.isCancelled()).isTrue();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> timer.newTimeout(timeout -> {}, 1, TimeUnit.HOURS));
    }

    @LoopTest
    void timeoutThatIsCancelledWhileItIsMadeDoesNotFire() {
        EventLoopGroup group = Channels.group();
        var fired = new ArrayList<String>();
        Timer[] timer = {null};
        EventExecutor stopping = (EventExecutor) Proxy.newProxyInstance(
                NettyLoopsTest.class.getClassLoader(), new Class<?>[] {EventExecutor.class}, (_, method, arguments) -> {
                    timer[0].stop(); // as another thread may at this moment
                    return method.invoke(group.next(), arguments);
                });
        timer[0] = new LoopTimer(stopping);

        Timeout timeout = timer[0].newTimeout(_ -> fired.add("fired"), 1, TimeUnit.SECONDS);
        sleep(Duration.ofSeconds(2));

        assertThat(timeout.isCancelled()).isTrue();
        assertThat(timeout.isExpired()).isFalse();
        assertThat(timeout.cancel()).isFalse();
        assertThat(fired).isEmpty();
    }

    @LoopTest
    void taskOfATimerIsToldOnceThatItIsCancelled() {
        var told = new ArrayList<Timeout>();
        Timer timer = NettyLoops.timer(Channels.group());
        Timeout timeout = timer.newTimeout(
                new TimerTask() {
                    @Override
                    public void run(Timeout due) {}

                    @Override
                    public void cancelled(Timeout due) {
                        told.add(due);
                        throw new IllegalStateException("boom"); // is the task's mistake, and not the canceller's
                    }
                },
                1,
                TimeUnit.HOURS);

        assertThat(timeout.cancel()).isTrue();
        assertThat(timeout.cancel()).isFalse();

        assertThat(told).containsExactly(timeout);
    }

    @LoopTest
    void timerKeepsNothingThatWasRejected() {
        EventLoopGroup group = Channels.group();
        Timer timer = NettyLoops.timer(group);
        Netty.await(group.shutdownGracefully(0, 1, TimeUnit.SECONDS));

        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> timer.newTimeout(timeout -> {}, 1, TimeUnit.HOURS));

        assertThat(timer.stop()).isEmpty();
    }

    /** Warnings and dumps speak of Netty, not of the bridge's classes. */
    @LoopTest
    void handlersAreCalledByWhatTheyAre(VirtualClock clock) {
        Channel server = Channels.serve(new EchoHandler());

        assertThat(clock.heldBy()).singleElement().asString().startsWith("a handler of Netty, registered for ");
        Netty.await(server.close());
    }

    // ---- names

    @Test
    void namesAreLookedUpByDns() {
        EventLoop.run(() -> {
            Channel server = Channels.serve(new EchoHandler());
            Dns.use(host -> {
                if (host.equals("echo.test")) {
                    return List.of(InetAddress.getLoopbackAddress());
                }
                throw new UnknownHostException("no " + host);
            });
            var bootstrap = new Bootstrap()
                    .group(Channels.group())
                    .channel(NioSocketChannel.class)
                    .resolver(NettyLoops.resolver())
                    .handler(new EchoHandler());
            int port = ((InetSocketAddress) server.localAddress()).getPort();

            Channel client = Channels.of(bootstrap.connect("echo.test", port));

            assertThat(((InetSocketAddress) client.remoteAddress()).getPort()).isEqualTo(port);
            ChannelFuture unknown = bootstrap.connect("nowhere.test", port);
            assertThatThrownBy(() -> Netty.await(unknown)).hasRootCauseInstanceOf(UnknownHostException.class);
        });
    }

    @Test
    void resolverIsForChannelsOnTheLoop() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> NettyLoops.resolver().getResolver(new EmbeddedChannel().eventLoop()))
                .withRootCauseInstanceOf(IllegalArgumentException.class);
    }

    // ---- the end

    @Test
    void channelsAreClosedWhenTheLoopCloses() {
        var log = new ArrayList<String>();
        EventExecutor executor = EventLoop.run(() -> {
            Channel server = Channels.serve(new EchoHandler());
            Channels.connect(server.localAddress(), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelInactive(ChannelHandlerContext context) {
                    log.add("inactive");
                }
            });
            return Channels.group().next();
        });

        assertThat(log).containsExactly("inactive");
        assertThat(executor.isTerminated()).isTrue();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(() -> {}));
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    void shutdownWaitsForAQuietPeriod(VirtualClock clock) {
        EventLoopGroup group = Channels.group();
        Channel server = Channels.serve(new EchoHandler());
        Task<?> worker = createTask(() -> {
            for (int i = 0; i < 3; i++) {
                sleep(Duration.ofMillis(600));
                group.next().execute(() -> {});
            }
        });

        Future<?> end = group.shutdownGracefully(1, 15, TimeUnit.SECONDS);
        assertThat(group.isShuttingDown()).isTrue();
        Netty.await(end);

        worker.await();
        assertThat(server.isOpen()).isFalse();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(2_800));
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> group.next().execute(() -> {}));
    }

    /** Whoever shuts the group down in a finally block, and does not wait, must not keep the loop. */
    @Test
    void quietPeriodEndsWithTheLoop() {
        EventExecutor executor = EventLoop.run(() -> {
            EventLoopGroup group = Channels.group();
            Channels.serve(new EchoHandler());
            group.shutdownGracefully(1, 2, TimeUnit.HOURS);
            return group.next();
        });

        assertThat(executor.isTerminated()).isTrue();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(() -> {}));
    }

    @LoopTest(time = LoopTest.Time.REAL)
    void chainOfTasksWithoutAnEndDoesNotOutliveTheTimeLimit() {
        EventExecutor executor = Channels.group().next();
        boolean[] rejected = {false};
        executor.execute(new Runnable() {
            @Override
            public void run() {
                try {
                    executor.execute(this);
                } catch (RejectedExecutionException over) {
                    rejected[0] = true;
                }
            }
        });

        Netty.await(executor.shutdownGracefully(0, 5, TimeUnit.MILLISECONDS));
        sleep(Duration.ofMillis(1));

        assertThat(rejected[0]).isTrue();
    }

    /** A handler that ignores its cancellation is reported by the loop; what belongs to the bridge ends nevertheless. */
    @Test
    void handlerThatNeverReturnsLeavesNothingOpen() throws InterruptedException {
        var reports = new ArrayList<Failure>();
        var stuck = new CountDownLatch(1);
        Channel[] server = {null};
        LoopOptions options =
                LoopOptions.defaults().withCloseTimeout(Duration.ofMillis(200)).withFailureHandler(reports::add);
        EventExecutor executor = EventLoop.run(options, () -> {
            server[0] = Channels.serve(new EchoHandler());
            EventExecutor parked = Channels.group().next();
            parked.execute(() -> awaitStubbornly(stuck));
            sleep(Duration.ofMillis(1));
            return parked;
        });

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> executor.execute(() -> {}));
        }
        assertThat(server[0].isOpen()).isFalse();
        assertThat(executor.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        assertThat(reports).isNotEmpty();
        stuck.countDown();
    }

    private static void awaitStubbornly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException | CancelledException ignored) {
                // a handler that does not want to end
            }
        }
    }

    @LoopTest
    void shutdownEndsAtItsTimeLimit(VirtualClock clock) {
        EventLoopGroup group = Channels.group();
        Task<?> worker = createTask(() -> {
            while (!group.isShutdown()) {
                group.next().execute(() -> {});
                sleep(Duration.ofMillis(100));
            }
        });

        Netty.await(group.shutdownGracefully(1, 5, TimeUnit.SECONDS));

        worker.await();
        assertThat(clock.elapsed()).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5_100));
    }

    @Test
    void terminationIsAwaitedByThreads() throws Exception {
        try (var loops = LoopGroup.start(1)) {
            EventLoopGroup group = NettyLoops.group(loops);
            var told = new CompletableFuture<Thread>();
            group.terminationFuture().addListener(_ -> told.complete(Thread.currentThread()));

            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);

            assertThat(group.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
            assertThat(told.get().isVirtual())
                    .as("on the loop, not in a thread of Netty's")
                    .isTrue();
        }
    }
}
