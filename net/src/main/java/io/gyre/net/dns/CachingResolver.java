package io.gyre.net.dns;

import io.gyre.loop.LoopLocal;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Asks another resolver through a {@link LookupCache}, one per loop and kind of question. */
final class CachingResolver implements Resolver {
    private final Resolver source;
    private final LoopLocal<LookupCache<String, List<InetAddress>>> addresses;
    private final LoopLocal<LookupCache<InetAddress, String>> names;
    private final LoopLocal<LookupCache<Service, Integer>> ports;

    CachingResolver(Resolver source, Duration ttl, int maxEntries) {
        this.source = Objects.requireNonNull(source);
        if (ttl.isNegative()) {
            throw new IllegalArgumentException("ttl is " + ttl + "; it must be zero or more");
        }
        if (maxEntries < 1) {
            throw new IllegalArgumentException("maxEntries is " + maxEntries + "; it must be 1 or more");
        }
        this.addresses = LoopLocal.withInitial(
                () -> new LookupCache<>(host -> Resolver.requireAny(host, source.resolve(host)), ttl, maxEntries));
        this.names = LoopLocal.withInitial(() -> new LookupCache<>(source::reverse, ttl, maxEntries));
        this.ports = LoopLocal.withInitial(
                () -> new LookupCache<>(service -> source.port(service.name(), service.protocol()), ttl, maxEntries));
    }

    @Override
    public List<InetAddress> resolve(String host) throws IOException {
        String key = host.toLowerCase(Locale.ROOT);
        return addresses.get().answer(key, key);
    }

    @Override
    public String reverse(InetAddress address) throws IOException {
        return names.get().answer(address, "the name of " + address.getHostAddress());
    }

    @Override
    public int port(String service, Protocol protocol) throws IOException {
        var key = new Service(service, protocol);
        return ports.get().answer(key, key.toString());
    }

    @Override
    public String toString() {
        return "Resolver[caching " + source + "]";
    }
}
