package io.gyre.net;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** The log of this library. Never throws, whatever the logger does: a full log must not stop a server. */
final class NetLog {
    private static final System.Logger LOG = System.getLogger("io.gyre.net");

    private NetLog() {}

    static void debug(Supplier<String> message) {
        log(Level.DEBUG, message);
    }

    static void warn(Supplier<String> message) {
        log(Level.WARNING, message);
    }

    private static void log(Level level, Supplier<String> message) {
        try {
            LOG.log(level, message);
        } catch (Throwable logFailed) {
            // There is nowhere to report it.
        }
    }
}
