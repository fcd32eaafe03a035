package io.gyre.net.dns;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.List;

/**
 * Finds the addresses of a name, the name of an address, and the port of a service. {@code Dns} asks it.
 *
 * {@snippet :
 * Map<String, List<InetAddress>> hosts = Map.of("db.test", List.of(InetAddress.getLoopbackAddress()));
 * Resolver system = Dns.resolver();
 * Dns.use(host -> hosts.containsKey(host) ? hosts.get(host) : system.resolve(host));
 * }
 *
 * <p>A resolver's methods run in a task and may suspend: to ask a server, or to offload a blocking call. A
 * {@linkplain #caching caching} resolver calls them in a task of its own.
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop. The resolvers created here serve any number of loops.
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
     * @param host a name, with its trailing dot if it was given one; {@code Dns} answers numeric addresses itself
     * @return its addresses, best first; at least one
     * @throws UnknownHostException if the name has no address; name it in the message, and say what to check
     * @throws IOException if the look-up fails otherwise
     */
    List<InetAddress> resolve(String host) throws IOException;

    /**
     * Finds the name of an address. The default implementation knows none and throws.
     *
     * <p><b>Suspends:</b> as the implementation needs. <b>Cancellation:</b> should end the look-up.
     *
     * @param address the address
     * @return its name
     * @throws UnknownHostException if the address has no name; state the address in the message, and the alternative
     * @throws IOException if the look-up fails otherwise
     */
    default String reverse(InetAddress address) throws IOException {
        throw new UnknownHostException(address.getHostAddress()
                + " has no name: this resolver looks up addresses only."
                + " Let it implement Resolver.reverse, too, or show the address itself.");
    }

    /**
     * Finds the port of a service. The default implementation asks the {@linkplain #system system}.
     *
     * <p><b>Suspends:</b> as the implementation needs. <b>Cancellation:</b> should end the look-up.
     *
     * @param service a name; {@code Dns} answers numbers itself
     * @param protocol the protocol of the port
     * @return the port, 1 to 65535
     * @throws UnknownServiceException if no service has this name; name it in the message, and say what to check
     * @throws IOException if the look-up fails otherwise
     */
    default int port(String service, Protocol protocol) throws IOException {
        return SystemResolver.INSTANCE.port(service, protocol);
    }

    /**
     * {@return the system's resolver: its hosts file, its name servers, its search domains; its services file}
     *
     * <p>Services are looked up in the file {@code /etc/services} (Windows:
     * {@code %SystemRoot%\System32\drivers\etc\services}), which must not exceed 4 MiB. Names and aliases count, in the
     * file's upper and lower case; malformed lines do not. Other databases (NIS, LDAP) are not asked.
     *
     * <p>The calls block, and run in up to 256 daemon threads per loop, used for nothing else; each name holds at most
     * one thread. <b>Suspends:</b> until the system has answered, which may take 10 s and more when a name server is
     * down. <b>Cancellation:</b> ends the wait at once; the system call cannot be interrupted, so it ends by itself and
     * its answer is dropped.
     *
     * <p>The JDK has its own cache of names below: 30 s for an answer and 10 s for a failure, unless the security
     * properties {@code networkaddress.cache.ttl} and {@code networkaddress.cache.negative.ttl} say otherwise. The name
     * found for an address is looked up in turn, and counts only if it leads back to the address.
     */
    static Resolver system() {
        return SystemResolver.INSTANCE;
    }

    /**
     * {@return a resolver that asks another, remembers its answers for a while, and asks only once when several tasks
     * ask the same question at the same time}
     *
     * <p>A new question is asked in its own system task, which sees the scoped values of the task that asked first.
     * Names are compared without regard to case; a name with a trailing dot is a different name, because without the
     * dot the system may try its search domains. A failure goes to all waiters, each in its own exception with the
     * failure as its cause, and is not remembered.
     *
     * <p><b>Suspends:</b> until the other resolver has answered; not at all while an answer is remembered.
     * <b>Cancellation:</b> ends the wait. The look-up goes on while another task waits for it, and is cancelled with
     * its last waiter.
     *
     * <p><b>Resources:</b> each loop has its own cache, which ends with the loop. <b>Units:</b> the loop's ticker
     * measures the time.
     *
     * @param source the resolver to ask
     * @param ttl how long an answer is remembered; with zero, only tasks that ask at the same time share an answer
     * @param maxEntries how many names, addresses and services, each, are remembered; the oldest are dropped first
     * @throws IllegalArgumentException if the time is negative, or there is no room for one entry
     */
    static Resolver caching(Resolver source, Duration ttl, int maxEntries) {
        return new CachingResolver(source, ttl, maxEntries);
    }

    /**
     * {@return the addresses a resolver answered, if there are any} For callers of a resolver. Any thread.
     *
     * @param host the name
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
