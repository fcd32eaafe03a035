package io.gyre.net.netty;

import io.gyre.loop.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;

/** Bridges of one or several loops, as the class that well-known clients ask for by {@code instanceof}. */
@SuppressWarnings("deprecation") // AsyncHttpClient and others accept no other group
final class BridgeGroup extends NioEventLoopGroup {
    /*
     * Design.
     *
     * The constructor of the superclass calls newChild before the fields of this class are set. What newChild needs
     * comes as the executor, which nobody else uses.
     */
    private record Loops(Iterator<EventLoop> next) implements Executor {
        @Override
        public void execute(Runnable command) {
            throw new UnsupportedOperationException("the loops run in their own threads");
        }
    }

    private final EndPromise termination = new EndPromise();

    BridgeGroup(List<EventLoop> loops) {
        super(loops.size(), new Loops(loops.iterator()));
        endWithTheLast(iterator());
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
    protected IoEventLoop newChild(Executor loops, IoHandlerFactory factory, Object... args) {
        EventLoop loop = ((Loops) loops).next.next();
        return loop.call(() -> {
            var bridge = new BridgeEventLoop(this, loop);
            bridge.endWithTheLoop();
            return bridge;
        });
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
