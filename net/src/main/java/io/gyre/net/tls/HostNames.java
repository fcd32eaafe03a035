package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import java.net.IDN;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import org.jspecify.annotations.Nullable;

/** Names of servers, as certificates and the protocol have them. */
final class HostNames {
    /** The longest name of DNS. */
    private static final int MAX_CHARS = 253;

    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

    private HostNames() {}

    /** {@return a name in ASCII, without a dot at its end; an IPv6 address without brackets and zone} */
    static String normalized(String host) {
        String name = host;
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        if (name.indexOf(':') >= 0) {
            int zone = name.indexOf('%');
            return zone < 0 ? name : name.substring(0, zone);
        }
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        try {
            name = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException wrong) {
            throw notAName(host, wrong);
        }
        if (name.isEmpty() || name.length() > MAX_CHARS) {
            throw notAName(host, null);
        }
        return name;
    }

    private static IllegalArgumentException notAName(String host, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "'" + LowLevel.describe(host) + "' is not the name of a host; it has 1 to " + MAX_CHARS + " characters",
                cause);
    }

    /** {@return a name as a client asks for it; null for an address, and for a name with characters that DNS lacks} */
    static @Nullable SNIHostName forServer(String host) {
        if (host.indexOf(':') >= 0 || IPV4.matcher(host).matches()) {
            return null;
        }
        try {
            return new SNIHostName(host);
        } catch (IllegalArgumentException unusual) {
            return null;
        }
    }
}
