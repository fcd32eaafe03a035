package io.gyre.net.os;

import java.io.IOException;

/**
 * Thrown when a program that was to succeed has not. The message has the end of what it wrote to its standard error, or if that
 * is nothing, to its standard output.
 */
public final class SubprocessFailedException extends IOException {
    private static final long serialVersionUID = 1;

    /** Some screen lines: the last words of a program, and not its whole log. */
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

    /** {@return what the program has left behind} */
    public SubprocessOutput output() {
        return output;
    }
}
