package io.gyre.net.os;

import java.nio.charset.StandardCharsets;

/**
 * The exit code and the output of a program.
 *
 * @param exitCode 0 for success; 128 plus the signal's number if a signal ended the program
 * @param stdout its standard output; empty if that was not a pipe
 * @param stderr its standard error; empty if that was not a pipe
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record SubprocessOutput(int exitCode, byte[] stdout, byte[] stderr) {
    /** {@return the standard output as UTF-8 text, without trailing white space} */
    public String text() {
        return new String(stdout, StandardCharsets.UTF_8).stripTrailing();
    }

    /** {@return the standard error as UTF-8 text, without trailing white space} */
    public String errorText() {
        return new String(stderr, StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public String toString() {
        return "SubprocessOutput[exit code " + exitCode + ", " + stdout.length + " and " + stderr.length + " bytes]";
    }
}
