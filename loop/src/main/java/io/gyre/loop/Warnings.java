package io.gyre.loop;

/** What is said in the log without anything having failed. Never throws, whatever the log does. */
final class Warnings {
    private static final System.Logger LOG = System.getLogger("io.gyre.loop");

    private Warnings() {}

    static void log(String message) {
        try {
            LOG.log(System.Logger.Level.WARNING, message);
        } catch (Throwable logFailed) {
            // There is nobody to tell.
        }
    }
}
