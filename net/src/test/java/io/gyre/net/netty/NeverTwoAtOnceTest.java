package io.gyre.net.netty;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.net.Feature;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Netty's code is never entered while another run of it is parked: it is not made for that, and would lose bytes. */
@ExtendWith(NoLeaks.class)
class NeverTwoAtOnceTest {
    private static final int ROUNDS = 1_000;

    /** Completing a promise takes its monitor; while another thread holds it, the handler parks in the middle of its work. */
    @Test
    @Feature("A parked handler of Netty's is not entered again")
    void handlerThatParksInAMonitorLosesNoByte() throws Exception {
        var toHold = new SynchronousQueue<Promise<?>>();
        var held = new SynchronousQueue<CountDownLatch>();
        Thread holder = Thread.ofPlatform().daemon().start(() -> hold(toHold, held));
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            var received = new CRC32();
            int[] count = {0};
            Promise<?> all = executor.newPromise();
            Channel server = Channels.serve(new SimpleChannelInboundHandler<ByteBuf>() {
                private boolean inside;

                @Override
                protected void channelRead0(ChannelHandlerContext context, ByteBuf message) throws Exception {
                    assertThat(inside).isFalse();
                    inside = true;
                    while (message.isReadable()) {
                        received.update(message.readByte());
                        count[0]++;
                        Promise<Object> promise = executor.newPromise();
                        toHold.put(promise);
                        CountDownLatch release = held.take();
                        Thread.ofVirtual().start(release::countDown); // on this loop: when this handler has parked
                        promise.setSuccess("");
                    }
                    inside = false;
                    if (count[0] == ROUNDS) {
                        all.setSuccess(null);
                    }
                }
            });
            Channel client = Channels.connect(server.localAddress(), new ChannelInboundHandlerAdapter());
            var sent = new CRC32();
            for (int i = 0; i < ROUNDS; i++) {
                sent.update(i);
                client.writeAndFlush(client.alloc().buffer(1).writeByte(i));
                sleep(Duration.ZERO);
            }

            Netty.await(all);

            assertThat(received.getValue()).isEqualTo(sent.getValue());
        });
        holder.interrupt();
    }

    private static void hold(SynchronousQueue<Promise<?>> toHold, SynchronousQueue<CountDownLatch> held) {
        try {
            while (true) {
                Promise<?> promise = toHold.take();
                var release = new CountDownLatch(1);
                synchronized (promise) {
                    held.put(release);
                    release.await();
                }
            }
        } catch (InterruptedException over) {
            // the test is over
        }
    }

    @Test
    void handlerThatSleepsStopsItsChannelsAndNotTheTasks() throws Exception {
        EventLoop.run(() -> {
            EventExecutor executor = Channels.group().next();
            var log = new ArrayList<String>();
            Promise<?> wakes = executor.newPromise();
            boolean[] awake = {false};
            executor.execute(() -> {
                log.add("sleeps");
                sleep(Duration.ofMillis(20));
                assertThat(executor.inEventLoop()).isTrue();
                log.add("awake");
                awake[0] = true;
                wakes.setSuccess(null);
            });
            executor.execute(() -> log.add("next"));
            Task<Integer> ticking = createTask(() -> {
                int ticks = 0;
                while (!awake[0]) {
                    sleep(Duration.ofMillis(1));
                    ticks++;
                }
                return ticks;
            });

            assertThat(ticking.await()).isGreaterThan(1);

            Netty.await(executor.submit(() -> {}));
            assertThat(log).containsExactly("sleeps", "awake", "next");
        });
    }

    /** The system reports the channel in each select; a loop that spins would have no time left for others. */
    @Test
    void loopDoesNotSpinWhileAHandlerIsParked() throws Exception {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            Promise<?> over = Channels.group().next().newPromise();
            Channel server = Channels.serve(new SimpleChannelInboundHandler<ByteBuf>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
                    long before = loop.statistics().ticks();
                    sleep(Duration.ofMillis(50));
                    assertThat(loop.statistics().ticks() - before).isLessThan(20);
                    over.trySuccess(null);
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    over.tryFailure(cause);
                }
            });
            Channel client = Channels.connect(server.localAddress(), new ChannelInboundHandlerAdapter());

            client.writeAndFlush(Channels.text("x".repeat(1 << 20)));

            Netty.await(over);
        });
    }
}
