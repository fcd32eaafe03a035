package io.gyre.net.netty;

import io.gyre.loop.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Bridges of one or several loops, as the class that well-known clients ask for by {@code instanceof}. */
@SuppressWarnings("deprecation") // AsyncHttpClient and others accept no other group
final class BridgeGroup extends NioEventLoopGroup {
    /*
     * Design.
     *
     * The constructor of the superclass calls newChild before the fields of this class are set. What newChild needs
     * comes as the executor, which nobody else uses.
     */
    private record Loops(Iterator<EventLoop> next, List<BridgeEventLoop> made) implements Executor {
        Loops(List<EventLoop> loops) {
            this(loops.iterator(), new ArrayList<>());
        }

        /** Netty would wait for a quiet period of each. */
        void endAtOnce() {
            made.forEach(bridge -> bridge.shutdownGracefully(0, 1, TimeUnit.SECONDS));
        }

        @Override
        public void execute(Runnable command) {
            throw new UnsupportedOperationException("the loops run in their own threads");
        }
    }

    private final EndPromise termination = new EndPromise();

    private BridgeGroup(List<EventLoop> loops) {
        super(loops.size(), new Loops(loops));
        endWithTheLast(iterator());
    }

    /** {@return the group of some loops} Suspends if there are several. */
    static BridgeGroup of(List<EventLoop> loops) {
        try {
            return new BridgeGroup(loops);
        } catch (IllegalStateException wrapped) { // by Netty, in "failed to create a child event loop"
            throw wrapped.getCause() instanceof RuntimeException cause ? cause : wrapped;
        }
    }

    /** Awaits one after the other: the order does not matter. */
    private void endWithTheLast(Iterator<EventExecutor> children) {
        if (children.hasNext()) {
            children.next().terminationFuture().addListener(_ -> endWithTheLast(children));
        } else {
            termination.trySuccess(null);
        }
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
        var loops = (Loops) executor;
        EventLoop loop = loops.next.next();
        try {
            BridgeEventLoop child = loop.call(() -> {
                var bridge = new BridgeEventLoop(this, loop);
                bridge.endWithTheLoop();
                return bridge;
            });
            loops.made.add(child);
            return child;
        } catch (RuntimeException failure) {
            loops.endAtOnce();
            throw failure;
        }
    }

    @Override
    public void rebuildSelectors() {
        // the selectors are the loops'
    }

    @Override
    public Future<?> terminationFuture() {
        return termination;
    }
}
