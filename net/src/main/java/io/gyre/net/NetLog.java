package io.gyre.net;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** What this library writes to its log. Never throws, whatever the log does: nobody stops to serve because a log is full. */
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
            // There is nobody to tell.
        }
    }
}
