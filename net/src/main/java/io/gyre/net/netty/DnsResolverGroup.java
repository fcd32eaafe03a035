package io.gyre.net.netty;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.net.Dns;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/** Names for Netty's channels, from {@link Dns}: each look-up in a task, off the loop. */
final class DnsResolverGroup extends AddressResolverGroup<InetSocketAddress> {
    static final DnsResolverGroup INSTANCE = new DnsResolverGroup();

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        if (!(executor instanceof BridgeEventLoop bridge)) {
            throw new IllegalArgumentException(
                    "the resolver of NettyLoops asks Gyre's Dns and needs a loop of NettyLoops, not " + executor);
        }
        return new InetSocketAddressResolver(executor, new NameResolver(bridge));
    }

    private static final class NameResolver extends InetNameResolver {
        private final EventLoop loop;

        NameResolver(BridgeEventLoop bridge) {
            super(bridge);
            this.loop = bridge.loop;
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
            lookUp(host, promise, found -> promise.trySuccess(found.getFirst()));
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            lookUp(host, promise, promise::trySuccess);
        }

        private void lookUp(String host, Promise<?> promise, Consumer<List<InetAddress>> found) {
            loop.execute(() -> {
                var _ = loop.createTask("look-up of " + host, () -> {
                    try {
                        found.accept(Dns.resolve(host));
                    } catch (Throwable failure) {
                        promise.tryFailure(failure);
                        if (failure instanceof CancelledException || failure instanceof Error) {
                            throw failure;
                        }
                    }
                });
            });
        }
    }
}
