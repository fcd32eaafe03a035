package io.gyre.bench.net;

import io.gyre.bench.MicroBenchmark;
import io.gyre.loop.LoopPortal;
import io.gyre.net.netty.Netty;
import io.gyre.net.netty.NettyLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does Netty's code pay for Gyre's loop under it?
 *
 * <p>The floor is the same code on Netty's own NIO loop. Both loops run all the time; one sleeps while the other is
 * measured. A write goes through the pipeline and ends before the transport, so that no system call hides its way to the
 * event loop: on Gyre's loop a task writes, on Netty's, which has none, another thread.
 */
public class NettyBridgeBenchmark extends MicroBenchmark {
    private static final int COMMANDS = 10_000;

    private LoopPortal portal;
    private EventLoopGroup netty;
    private Channel onGyre;
    private Channel onNetty;
    private int calls;

    @SuppressWarnings("NullAway.Init") // start() comes first
    public NettyBridgeBenchmark() {}

    /** Starts both loops, each with a channel. */
    @Setup
    public void start() throws InterruptedException {
        portal = LoopPortal.start();
        netty = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        onGyre = channel(NettyLoops.group(portal.loop()));
        onNetty = channel(netty);
    }

    private static Channel channel(EventLoopGroup group) throws InterruptedException {
        return new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(new Sink())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    /** Ends both loops. */
    @TearDown
    public void end() throws InterruptedException {
        portal.close();
        netty.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    /** Where writes end. */
    private static final class Sink extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            promise.setSuccess();
        }
    }

    // ---- commands that submit the next

    /** A link of a chain on Gyre's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int chain() throws InterruptedException {
        return chain(onGyre.eventLoop());
    }

    /** A link of a chain on Netty's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int chainOnNetty() throws InterruptedException {
        return chain(onNetty.eventLoop());
    }

    private int chain(Executor executor) throws InterruptedException {
        calls = 0;
        var last = new CountDownLatch(1);
        executor.execute(new Runnable() {
            @Override
            public void run() {
                if (++calls < COMMANDS) {
                    executor.execute(this);
                } else {
                    last.countDown();
                }
            }
        });
        last.await();
        return requireAllCalled();
    }

    // ---- commands that a handler submits together

    /** A command of a batch on Gyre's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int batch() throws InterruptedException {
        return batch(onGyre.eventLoop());
    }

    /** A command of a batch on Netty's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int batchOnNetty() throws InterruptedException {
        return batch(onNetty.eventLoop());
    }

    private int batch(Executor executor) throws InterruptedException {
        calls = 0;
        var last = new CountDownLatch(1);
        executor.execute(() -> submitAll(executor, last));
        last.await();
        return requireAllCalled();
    }

    private void submitAll(Executor executor, CountDownLatch last) {
        for (int i = 0; i < COMMANDS; i++) {
            executor.execute(this::count);
        }
        executor.execute(last::countDown);
    }

    // ---- commands of another thread

    /** A command of the JMH thread for Gyre's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int fromAnotherThread() throws InterruptedException {
        return fromAnotherThread(onGyre.eventLoop());
    }

    /** A command of the JMH thread for Netty's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public int fromAnotherThreadOnNetty() throws InterruptedException {
        return fromAnotherThread(onNetty.eventLoop());
    }

    private int fromAnotherThread(Executor executor) throws InterruptedException {
        calls = 0;
        var last = new CountDownLatch(1);
        submitAll(executor, last);
        last.await();
        return requireAllCalled();
    }

    private void count() {
        calls++;
    }

    private int requireAllCalled() {
        if (calls != COMMANDS) {
            throw new IllegalStateException(calls + " of " + COMMANDS + " commands have run");
        }
        return calls;
    }

    // ---- writes

    /** A write of a task on Gyre's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public boolean writeOfATask() {
        return portal.call(() -> {
            ChannelFuture last = writeAll(onGyre);
            Netty.await(last);
            return last.isSuccess();
        });
    }

    /** A write of the JMH thread on Netty's loop. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public boolean writeOfAThreadOnNetty() throws InterruptedException {
        return writeAll(onNetty).sync().isSuccess();
    }

    private static ChannelFuture writeAll(Channel channel) {
        for (int i = 1; i < COMMANDS; i++) {
            channel.write(Unpooled.EMPTY_BUFFER);
        }
        return channel.write(Unpooled.EMPTY_BUFFER);
    }
}
