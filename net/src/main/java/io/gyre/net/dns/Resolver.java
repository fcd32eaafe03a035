package io.gyre.net.dns;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/**
 * Finds the addresses of a name, and the name of an address: what {@code Dns} asks.
 *
 * {@snippet :
 * Map<String, List<InetAddress>> hosts = Map.of("db.test", List.of(InetAddress.getLoopbackAddress()));
 * Resolver system = Dns.resolver();
 * Dns.use(host -> hosts.containsKey(host) ? hosts.get(host) : system.resolve(host));
 * }
 *
 * <p>A method of a resolver runs in a task, and may suspend: it may ask a server, or offload a call that blocks. In a
 * {@linkplain #caching caching} one that task is of the resolver's own making.
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop. The resolvers made here serve any number of loops.
 *
 * <p><b>Source:</b> trio {@code HostnameResolver}.
 */
@FunctionalInterface
public interface Resolver {
    /**
     * Finds the addresses of a name.
     *
     * <p><b>Suspends:</b> as the implementation needs. <b>Cancellation:</b> should end the look-up; let
     * {@link io.gyre.loop.CancelledException} pass.
     *
     * @param host a name, with the dot at its end if it was given one; {@code Dns} answers numeric addresses itself
     * @return its addresses, best first; at least one
     * @throws UnknownHostException if the name has none; say which name, and what to check
     * @throws IOException if the look-up fails otherwise
     */
    List<InetAddress> resolve(String host) throws IOException;

    /**
     * Finds the name of an address. An implementation that knows none, as this one, throws.
     *
     * <p><b>Suspends:</b> as the implementation needs. <b>Cancellation:</b> should end the look-up.
     *
     * @param address the address
     * @return its name
     * @throws UnknownHostException if the address has none; say which address, and what to do without
     * @throws IOException if the look-up fails otherwise
     */
    default String reverse(InetAddress address) throws IOException {
        throw new UnknownHostException(address.getHostAddress()
                + " has no name: this resolver looks up addresses only."
                + " Let it implement Resolver.reverse, too, or show the address itself.");
    }

    /**
     * {@return the resolver of the system: its hosts file, its name servers, its search domains}
     *
     * <p>The calls block, and run in up to 256 daemon threads for each loop that nothing else uses; a name holds one of
     * them at the most. <b>Suspends:</b>
     * until the system has answered, which may take 10 s and more when a name server is down. <b>Cancellation:</b> ends
     * the wait at once; the system cannot be interrupted, so the call ends by itself and its answer is dropped.
     *
     * <p>Below it the JDK has a cache of its own, for names: 30 s for an answer and 10 s for a failure, unless the
     * security properties {@code networkaddress.cache.ttl} and {@code networkaddress.cache.negative.ttl} say otherwise.
     * A name that is found for an address is looked up in turn, and counts only if that leads back to the address.
     */
    static Resolver system() {
        return SystemResolver.INSTANCE;
    }

    /**
     * {@return a resolver that asks another, remembers its answers for a time, and asks only once what several tasks
     * want to know at the same time}
     *
     * <p>A question that is not answered yet is asked in a system task of its own, which sees the scoped values of the
     * task that asked first. Names are equal if they differ in case alone; one with a dot at its end is another,
     * because without the dot the system may try its search domains. A failure goes to all who wait, each in an
     * exception of its own with the failure as its cause, and is not remembered.
     *
     * <p><b>Suspends:</b> until the other resolver has answered; not at all while an answer is remembered.
     * <b>Cancellation:</b> ends the wait. The look-up goes on as long as another task waits for it; when the last is
     * cancelled, it is.
     *
     * <p><b>Resources:</b> each loop has a memory of its own, which goes with the loop. <b>Units:</b> the time is that
     * of the loop's ticker.
     *
     * @param source the resolver to ask
     * @param ttl how long an answer is remembered; zero only lets those who ask at the same time share an answer
     * @param maxEntries how many names, and how many addresses, are remembered; the oldest make room
     * @throws IllegalArgumentException if the time is negative, or there is no room for one entry
     */
    static Resolver caching(Resolver source, Duration ttl, int maxEntries) {
        return new CachingResolver(source, ttl, maxEntries);
    }

    /**
     * {@return what a resolver has answered, if it is an answer} For those who ask a resolver. Any thread.
     *
     * @param host the name that was asked for
     * @param addresses the answer
     * @throws UnknownHostException if there is no address
     */
    static List<InetAddress> requireAny(String host, List<InetAddress> addresses) throws UnknownHostException {
        if (addresses.isEmpty()) {
            throw new UnknownHostException("cannot resolve '" + LowLevel.describe(host)
                    + "': the resolver has answered with no address. Check the spelling.");
        }
        return List.copyOf(addresses);
    }
}
