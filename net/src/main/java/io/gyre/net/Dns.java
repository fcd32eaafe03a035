package io.gyre.net;

import io.gyre.loop.LoopLocal;
import io.gyre.loop.LowLevel;
import io.gyre.net.dns.Resolver;
import java.io.IOException;
import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names of hosts.
 *
 * {@snippet :
 * for (InetAddress address : Dns.resolve("gyre.io")) {
 *     System.out.println(address.getHostAddress());
 * }
 * }
 *
 * <p>Each loop asks its {@link Resolver}: unless told otherwise the system's, with a memory of 10 s and 1,000 names.
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop.
 *
 * <p><b>Source:</b> asyncio {@code getaddrinfo} and {@code getnameinfo}. Differs: look-ups have threads of their own,
 * equal ones share an answer, and the resolver can be replaced.
 */
public final class Dns {
    /**
     * The JDK remembers what the system answers for 30 s anyway. What ours saves is the way to another thread and back
     * for many connections in a row, and for that a short time is enough; names that move should not be found much
     * later.
     */
    private static final Duration TTL = Duration.ofSeconds(10);

    /** Some 200 KB; a program that talks to more hosts than that at a time is hardly helped by a memory of 10 s. */
    private static final int MAX_ENTRIES = 1_000;

    private static final Resolver DEFAULT = Resolver.caching(Resolver.system(), TTL, MAX_ENTRIES);

    private static final LoopLocal<Dns> OF_LOOP = LoopLocal.withInitial(Dns::new);

    private Resolver resolver = DEFAULT;

    private Dns() {}

    /**
     * Finds the addresses of a host.
     *
     * <p>A numeric address is its own answer, without a look-up: IPv4, or IPv6 with or without brackets, and with a
     * scope if there is one ({@code fe80::1%eth0}). A name that is not in ASCII is looked up in its ASCII form, which resolvers
     * get: {@code bücher.example} as {@code xn--bcher-kva.example}.
     *
     * <p><b>Suspends:</b> until the loop's resolver has answered; for a numeric address it is a checkpoint and no more.
     * <b>Cancellation:</b> ends the wait, and the look-up unless other tasks wait for the same name. A call of the
     * system cannot be ended: it is left alone, and what comes of it is dropped.
     *
     * @param host a name or a numeric address
     * @return its addresses, in the resolver's order; at least one; unmodifiable
     * @throws UnknownHostException if it has none; the message names it, and says what to check
     * @throws IOException if the resolver fails otherwise
     * @see <a href="https://www.rfc-editor.org/rfc/rfc3490">RFC 3490, names that are not in ASCII</a>
     */
    public static List<InetAddress> resolve(String host) throws IOException {
        LowLevel.checkpoint();
        InetAddress numeric = numericAddress(host);
        return numeric != null
                ? List.of(numeric)
                : Resolver.requireAny(host, resolver().resolve(inAscii(host)));
    }

    /**
     * Does what {@link #resolve(String)} does, for addresses of one family.
     *
     * @param host a name or a numeric address
     * @param family {@link StandardProtocolFamily#INET} or {@link StandardProtocolFamily#INET6}
     * @return its addresses of that family, in the resolver's order; at least one; unmodifiable
     * @throws IllegalArgumentException if it is another family
     * @throws UnknownHostException if it has none
     * @throws IOException if the resolver fails otherwise
     */
    public static List<InetAddress> resolve(String host, ProtocolFamily family) throws IOException {
        boolean four = family == StandardProtocolFamily.INET;
        if (!four && family != StandardProtocolFamily.INET6) {
            throw new IllegalArgumentException(
                    "a name has no addresses of the family " + family + "; ask for INET or INET6");
        }
        List<InetAddress> found = resolve(host).stream()
                .filter(address -> address instanceof Inet4Address == four)
                .toList();
        if (found.isEmpty()) {
            throw new UnknownHostException("cannot resolve '" + LowLevel.describe(host) + "': it has no address of "
                    + (four ? "IPv4" : "IPv6") + ", but others.");
        }
        return found;
    }

    private static @Nullable InetAddress numericAddress(String host) throws UnknownHostException {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException notNumeric) {
            if (host.isBlank()) { // the system takes it for this machine
                throw new UnknownHostException(
                        "cannot resolve '" + LowLevel.describe(host) + "': the name of the host is missing");
            }
            if (host.startsWith("[") || host.indexOf(':') >= 0) {
                throw new UnknownHostException(
                        "cannot resolve '" + LowLevel.describe(host) + "': it is neither a name nor a numeric address."
                                + " Remove the port, and check that the scope names an interface of this machine.");
            }
            return null;
        }
    }

    /** {@return a name as name servers know it} The system's resolver would send the bytes of whatever charset it has. */
    private static String inAscii(String host) throws UnknownHostException {
        // IDN lets control characters pass, and the system takes NUL for the end.
        if (host.chars().anyMatch(Character::isISOControl)) {
            throw noName(host);
        }
        if (host.chars().allMatch(c -> c < 0x80)) {
            return host;
        }
        try {
            return IDN.toASCII(host);
        } catch (IllegalArgumentException notAName) {
            UnknownHostException named = noName(host);
            named.initCause(notAName);
            throw named;
        }
    }

    private static UnknownHostException noName(String host) {
        return new UnknownHostException("cannot resolve '" + LowLevel.describe(host)
                + "': it contains characters that host names cannot have. Check the spelling.");
    }

    /**
     * Finds the name of an address.
     *
     * <p><b>Suspends:</b> until the loop's resolver has answered. <b>Cancellation:</b> as {@link #resolve} has it.
     *
     * <p><b>Source:</b> asyncio {@code getnameinfo}. Differs: that answers with the digits of an address that has no
     * name, which code that compares names would take for one.
     *
     * @param address the address
     * @return its name
     * @throws UnknownHostException if it has none
     * @throws IOException if the resolver fails otherwise
     */
    public static String reverse(InetAddress address) throws IOException {
        Objects.requireNonNull(address);
        LowLevel.checkpoint();
        return resolver().reverse(address);
    }

    /**
     * Sets whom the current loop asks from now on. Look-ups that are going on are not affected. <b>Suspends:</b> no.
     *
     * @param resolver the resolver; wrap it with {@link Resolver#caching} unless it answers at once
     */
    public static void use(Resolver resolver) {
        OF_LOOP.get().resolver = Objects.requireNonNull(resolver);
    }

    /** {@return whom the current loop asks} */
    public static Resolver resolver() {
        return OF_LOOP.get().resolver;
    }
}
