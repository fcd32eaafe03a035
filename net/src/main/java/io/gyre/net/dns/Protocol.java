package io.gyre.net.dns;

import java.util.Locale;

/** What a port belongs to. TCP and UDP number their ports separately, so a service may have two. */
public enum Protocol {
    /** Connections. */
    TCP,
    /** Packets. */
    UDP;

    /** {@return its name in the system's services database} */
    String inDatabase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
