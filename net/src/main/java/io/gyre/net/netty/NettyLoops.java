package io.gyre.net.netty;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopLocal;
import io.gyre.loop.sync.Lock;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.Timer;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Netty's event loop groups on Gyre's loops: Netty's channels, and the clients and servers built on them, run on a loop's
 * thread and selector, their handlers between its tasks.
 *
 * {@snippet :
 * EventLoopGroup group = NettyLoops.group(EventLoop.current());
 * ChannelFuture connected = new Bootstrap().group(group)
 *         .channel(NioSocketChannel.class)
 *         .resolver(NettyLoops.resolver())
 *         .handler(handler)
 *         .connect("example.org", 80);
 * Netty.await(connected);
 * }
 *
 * <p><b>Handlers</b> and Netty's tasks run in one callback of the loop, one at a time. A handler may suspend, which stops the
 * channels of its loop until it goes on, but not the tasks. {@code inEventLoop()} is true in handlers and false in tasks:
 * what a task does to a channel goes through {@code execute}, in order.
 *
 * <p><b>Channels:</b> those of NIO: {@code NioSocketChannel}, {@code NioServerSocketChannel}, {@code NioDatagramChannel},
 * {@code NioDomainSocketChannel}. A channel with {@code SO_LINGER > 0} is closed in a thread of Netty's,
 * {@code GlobalEventExecutor}.
 *
 * <p><b>Time:</b> what is scheduled, and Netty's {@code ticker()}, follow the loop's clock. {@code @LoopTest} makes an {@code
 * IdleStateHandler} of an hour fire at once.
 *
 * <p><b>End:</b> when the loop closes, its channels are closed, once its tasks have ended.
 * {@code shutdownGracefully} does it before, and needs no thread.
 */
public final class NettyLoops {
    private static final LoopLocal<Groups> OF_LOOP = LoopLocal.withInitial(Groups::new);

    /** The groups that a loop is the first of. */
    private static final class Groups {
        private final Map<Object, BridgeGroup> byOwner = new HashMap<>();
        private final Lock lock = new Lock("the groups of Netty");
        private @Nullable ServerSocketChannel accepting;

        BridgeGroup of(Object owner, List<EventLoop> loops) {
            BridgeGroup known = byOwner.get(owner);
            return known == null || known.isShuttingDown() ? lock.withLock(() -> make(owner, loops)) : known;
        }

        /** Suspends: callers at the same time get the same group. */
        private BridgeGroup make(Object owner, List<EventLoop> loops) {
            if (accepting == null) {
                accepting = Async.offload(() -> load());
            }
            BridgeGroup known = byOwner.get(owner);
            if (known == null || known.isShuttingDown()) {
                known = BridgeGroup.of(loops);
                byOwner.put(owner, known);
            }
            return known;
        }
    }

    private NettyLoops() {}

    /**
     * {@return Netty's event loop group on one loop, the same each time until it is shut down} It is a {@code NioEventLoopGroup}, because
     * AsyncHttpClient and others accept nothing else.
     *
     * <p><b>Confinement:</b> any thread except the one that drives the loop. <b>Suspends:</b> the first time: Netty's
     * classes are loaded off the loop, for some 300 ms.
     *
     * @param loop the loop
     * @throws io.gyre.loop.LoopClosedException if the loop is closed
     */
    public static EventLoopGroup group(EventLoop loop) {
        return loop.call(() -> OF_LOOP.get().of(loop, List.of(loop)));
    }

    /**
     * {@return Netty's event loop group on several loops, the same each time until it is shut down} A channel stays on its loop.
     *
     * <p><b>Confinement:</b> any thread except the loops' own. <b>Suspends:</b> yes.
     *
     * @param loops the loops
     * @throws io.gyre.loop.LoopClosedException if a loop is closed
     */
    public static EventLoopGroup group(LoopGroup loops) {
        return loops.loops().getFirst().call(() -> OF_LOOP.get().of(loops, loops.loops()));
    }

    /**
     * {@return a resolver that asks {@link io.gyre.net.Dns} of the channel's loop} For {@code Bootstrap.resolver}: by default
     * {@code Bootstrap.connect(host, port)} looks the name up on the loop, which stands still meanwhile.
     */
    public static AddressResolverGroup<InetSocketAddress> resolver() {
        return DnsResolverGroup.INSTANCE;
    }

    /**
     * {@return a timer on the next loop of a group} For clients that would start the thread of a {@code HashedWheelTimer}
     * otherwise. {@code stop} cancels what is pending.
     *
     * @param group a group of this class
     */
    public static Timer timer(EventLoopGroup group) {
        return new LoopTimer(group.next());
    }

    /**
     * {@return the parent of each accepted channel, which is closed} By it handlers tell servers from clients, as those of
     * HTTP/2 do.
     */
    static @Nullable ServerSocketChannel accepting() {
        return OF_LOOP.get().accepting;
    }

    /** Initialises the classes that the first channel needs. {@return a server's channel, closed} */
    private static ServerSocketChannel load() {
        var channel = new EmbeddedChannel(new ChannelHandler[0]);
        channel.writeInbound(channel.alloc().directBuffer(1).writeByte(1));
        channel.finishAndReleaseAll();
        new NioSocketChannel().unsafe().closeForcibly();
        var server = new NioServerSocketChannel();
        server.unsafe().closeForcibly();
        return server;
    }
}
