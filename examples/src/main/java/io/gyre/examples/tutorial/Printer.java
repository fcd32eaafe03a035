package io.gyre.examples.tutorial;

/** Where an example prints: the console, or a test that looks at the clock, too. */
@FunctionalInterface
public interface Printer {
    /**
     * Prints a line. The examples with pools call this from several threads at once.
     *
     * @param line the line
     */
    void println(String line);
}
