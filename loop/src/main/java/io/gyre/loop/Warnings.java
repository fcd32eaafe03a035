package io.gyre.loop;

/** Log messages about conditions that are not failures. Never throws, whatever the log does. */
final class Warnings {
    private static final System.Logger LOG = System.getLogger("io.gyre.loop");

    private Warnings() {}

    static void log(String message) {
        try {
            LOG.log(System.Logger.Level.WARNING, message);
        } catch (Throwable logFailed) {
            // There is nowhere left to report to.
        }
    }
}
