package io.gyre.net.os;

import java.io.IOException;

/**
 * Thrown when a program ends with an exit code other than 0. The message has the end of its standard error or, if that
 * is empty, of its standard output.
 */
public final class SubprocessFailedException extends IOException {
    private static final long serialVersionUID = 1;

    /** A few screen lines: the last words of a program, not its whole log. */
    private static final int TAIL_CHARS = 2000;

    private final transient SubprocessOutput output;

    SubprocessFailedException(String process, SubprocessOutput output) {
        super(process + " ended with exit code " + output.exitCode() + lastWords(output));
        this.output = output;
    }

    private static String lastWords(SubprocessOutput output) {
        String errors = output.errorText();
        String words = errors.isEmpty() ? output.text() : errors;
        if (words.isEmpty()) {
            return " and has written nothing";
        }
        String shown = words.length() > TAIL_CHARS ? "..." + words.substring(words.length() - TAIL_CHARS) : words;
        return "; its standard " + (errors.isEmpty() ? "output: " : "error: ") + shown;
    }

    /** {@return the program's output} */
    public SubprocessOutput output() {
        return output;
    }
}
