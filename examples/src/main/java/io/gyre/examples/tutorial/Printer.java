package io.gyre.examples.tutorial;

/** Where an example prints: the console, or a test that looks at the clock, too. */
@FunctionalInterface
public interface Printer {
    /**
     * Prints a line.
     *
     * @param line the line
     */
    void println(String line);
}
