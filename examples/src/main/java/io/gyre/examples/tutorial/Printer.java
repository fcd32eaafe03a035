package io.gyre.examples.tutorial;

/** The output of an example: the console, or a test that also checks the clock. */
@FunctionalInterface
public interface Printer {
    /**
     * Prints a line. The examples with pools call this from several threads at once.
     *
     * @param line the line
     */
    void println(String line);
}
