package io.gyre.loop.process;

import io.gyre.loop.internal.text.Describe;
import java.util.List;

/**
 * The child JVM that ran a call ended before the call did: it exited, crashed, was killed, or ran out of memory. The
 * pool goes on with another child.
 */
public final class WorkerDiedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The shell's convention, which the JDK follows: 128 plus the signal number. */
    private static final int SIGNAL_BASE = 128;

    private static final int MAX_SIGNAL = 64;

    /** The exit code of the child. */
    private final int exitCode;

    WorkerDiedException(String call, long pid, int exitCode, String why, List<String> lastLines) {
        super("the child JVM " + pid + " died before it had finished " + call + ": " + why + describe(exitCode)
                + lastWords(lastLines));
        this.exitCode = exitCode;
    }

    private static String describe(int exitCode) {
        String code = "exit code " + exitCode;
        int signal = exitCode - SIGNAL_BASE;
        return signal > 0 && signal <= MAX_SIGNAL ? code + ", which stands for signal " + signal : code;
    }

    private static String lastWords(List<String> lines) {
        return lines.isEmpty()
                ? ". It printed nothing."
                : ". It printed at last:\n    "
                        + String.join(
                                "\n    ", lines.stream().map(Describe::line).toList());
    }

    /** {@return the exit code of the child; 128 + n if signal n killed it, on Unix} */
    public int exitCode() {
        return exitCode;
    }
}
