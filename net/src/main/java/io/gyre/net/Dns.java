package io.gyre.net;

import io.gyre.loop.LoopLocal;
import io.gyre.loop.LowLevel;
import io.gyre.net.dns.Protocol;
import io.gyre.net.dns.Resolver;
import java.io.IOException;
import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks up host names and service names.
 *
 * {@snippet :
 * for (InetAddress address : Dns.resolve("example.org")) {
 *     System.out.println(address.getHostAddress());
 * }
 * }
 *
 * <p>Each loop asks its {@link Resolver}: by default the system's, behind a cache of 1,000 names that keeps answers for
 * 10 s.
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop.
 *
 * <p><b>Source:</b> asyncio {@code getaddrinfo} and {@code getnameinfo}. Differs: look-ups have their own threads,
 * identical look-ups share an answer, and the resolver can be replaced.
 */
public final class Dns {
    /**
     * The JDK already caches the system's answers for 30 s. This cache saves the hop to another thread when many
     * connections are made in a row; a short time is enough for that, and a name that moves should not be noticed much
     * later.
     */
    private static final Duration TTL = Duration.ofSeconds(10);

    /** Some 200 KB; a program that talks to more hosts at a time gains little from a cache of 10 s. */
    private static final int MAX_ENTRIES = 1_000;

    private static final Resolver DEFAULT = Resolver.caching(Resolver.system(), TTL, MAX_ENTRIES);

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private static final int HIGHEST_PORT = 65535;

    private static final int DIGITS_OF_HIGHEST = 5;

    private static final LoopLocal<Dns> OF_LOOP = LoopLocal.withInitial(Dns::new);

    private Resolver resolver = DEFAULT;

    private Dns() {}

    /**
     * Finds the addresses of a host.
     *
     * <p>A numeric address needs no look-up: IPv4, or IPv6 with or without brackets, and with an optional scope
     * ({@code fe80::1%eth0}). The resolver receives a name outside ASCII in its ASCII form: {@code bücher.example} as
     * {@code xn--bcher-kva.example}.
     *
     * <p><b>Suspends:</b> until the loop's resolver has answered; for a numeric address it is only a checkpoint.
     * <b>Cancellation:</b> ends the wait, and also the look-up if no other task waits for the same name. A running
     * system call cannot be interrupted: it is abandoned, and its result is dropped.
     *
     * @param host a name or a numeric address
     * @return its addresses, in the resolver's order; at least one; unmodifiable
     * @throws UnknownHostException if the name has no address; the message names it, and says what to check
     * @throws IOException if the resolver fails otherwise
     * @see <a href="https://www.rfc-editor.org/rfc/rfc3490">RFC 3490, internationalized domain names</a>
     */
    public static List<InetAddress> resolve(String host) throws IOException {
        LowLevel.checkpoint();
        InetAddress numeric = numericAddress(host);
        return numeric != null
                ? List.of(numeric)
                : Resolver.requireAny(host, resolver().resolve(inAscii(host)));
    }

    /**
     * As {@link #resolve(String)}, for addresses of one family.
     *
     * @param host a name or a numeric address
     * @param family {@link StandardProtocolFamily#INET} or {@link StandardProtocolFamily#INET6}
     * @return its addresses of this family, in the resolver's order; at least one; unmodifiable
     * @throws IllegalArgumentException if the family is neither
     * @throws UnknownHostException if the name has no address of this family
     * @throws IOException if the resolver fails otherwise
     */
    public static List<InetAddress> resolve(String host, ProtocolFamily family) throws IOException {
        requireIP(family);
        boolean four = family == StandardProtocolFamily.INET;
        List<InetAddress> found = resolve(host).stream()
                .filter(address -> address instanceof Inet4Address == four)
                .toList();
        if (found.isEmpty()) {
            throw new UnknownHostException("cannot resolve '" + LowLevel.describe(host) + "': it has no "
                    + (four ? "IPv4" : "IPv6") + " address, only others.");
        }
        return found;
    }

    static void requireIP(ProtocolFamily family) {
        if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
            throw new IllegalArgumentException(
                    "a name has no addresses of the family " + family + "; ask for INET or INET6");
        }
    }

    /**
     * Finds the port of a service: {@code https} is 443.
     *
     * <p>A number is its own port and needs no look-up, so a setting may be either.
     *
     * <p><b>Suspends:</b> until the loop's resolver has answered; for a number it is only a checkpoint.
     * <b>Cancellation:</b> ends the wait, and also the look-up if no other task waits for the same service.
     *
     * <p><b>Source:</b> asyncio {@code getaddrinfo}, Go {@code net.LookupPort}.
     *
     * @param service a name in the system's services database, or a number from 0 to 65535
     * @param protocol the protocol of the port
     * @return the port
     * @throws UnknownServiceException if no service has this name; the message names it, and says where it was looked
     *     for and what to do
     * @throws IOException if the resolver fails otherwise
     */
    public static int port(String service, Protocol protocol) throws IOException {
        Objects.requireNonNull(protocol);
        boolean number = NUMBER.matcher(service).matches();
        LowLevel.checkpoint();
        return number ? number(service) : resolver().port(service, protocol);
    }

    private static int number(String digits) throws UnknownServiceException {
        int port = digits.length() > DIGITS_OF_HIGHEST ? Integer.MAX_VALUE : Integer.parseInt(digits);
        if (port > HIGHEST_PORT) {
            throw new UnknownServiceException(
                    "'" + LowLevel.describe(digits) + "' is no port; use a number from 0 to " + HIGHEST_PORT);
        }
        return port;
    }

    private static @Nullable InetAddress numericAddress(String host) throws UnknownHostException {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException notNumeric) {
            if (host.isBlank()) { // the system would take it for this machine
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

    /**
     * {@return a name in the form that name servers know} The system's resolver would encode it in the platform's
     * charset.
     */
    private static String inAscii(String host) throws UnknownHostException {
        // IDN accepts control characters, and the system treats NUL as the end of the name.
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
     * <p><b>Suspends:</b> until the loop's resolver has answered. <b>Cancellation:</b> as {@link #resolve}.
     *
     * <p><b>Source:</b> asyncio {@code getnameinfo}. Differs: asyncio answers with the digits of an address without a
     * name, which code that compares names would mistake for one.
     *
     * @param address the address
     * @return its name
     * @throws UnknownHostException if the address has no name
     * @throws IOException if the resolver fails otherwise
     */
    public static String reverse(InetAddress address) throws IOException {
        Objects.requireNonNull(address);
        LowLevel.checkpoint();
        return resolver().reverse(address);
    }

    /**
     * Sets the resolver of the current loop. Look-ups in progress are not affected. <b>Suspends:</b> no.
     *
     * @param resolver the resolver; wrap it in {@link Resolver#caching} unless it answers at once
     */
    public static void use(Resolver resolver) {
        OF_LOOP.get().resolver = Objects.requireNonNull(resolver);
    }

    /** {@return the resolver of the current loop} */
    public static Resolver resolver() {
        return OF_LOOP.get().resolver;
    }
}
