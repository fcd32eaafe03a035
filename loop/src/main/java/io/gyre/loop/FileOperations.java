package io.gyre.loop;

/**
 * Tells whether a thread is in an operation on a file channel; an interrupt would close the channel for all its users.
 */
final class FileOperations {
    private static final String FILE_CHANNEL = "sun.nio.ch.FileChannelImpl";

    private FileOperations() {}

    static boolean isIn(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals(FILE_CHANNEL)) {
                return true;
            }
        }
        return false;
    }
}
