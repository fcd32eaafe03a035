package io.gyre.net.os;

import java.nio.charset.StandardCharsets;

/**
 * What a program has left behind.
 *
 * @param exitCode 0 if all was well; 128 and its number if a signal ended the program
 * @param stdout what it wrote to its standard output; empty if that was no pipe
 * @param stderr what it wrote to its standard error; empty if that was no pipe
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record SubprocessOutput(int exitCode, byte[] stdout, byte[] stderr) {
    /** {@return the standard output as text in UTF-8, without the white space at its end} */
    public String text() {
        return new String(stdout, StandardCharsets.UTF_8).stripTrailing();
    }

    /** {@return the standard error as text in UTF-8, without the white space at its end} */
    public String errorText() {
        return new String(stderr, StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public String toString() {
        return "SubprocessOutput[exit code " + exitCode + ", " + stdout.length + " and " + stderr.length + " bytes]";
    }
}
