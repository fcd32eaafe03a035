package io.gyre.loop.process;

/** Receives the output of child JVMs to {@code System.out} and {@code System.err}, line by line. */
@FunctionalInterface
public interface OutputHandler {
    /**
     * Takes a line.
     *
     * <p><b>Confinement:</b> called in a thread of the pool, one for each child.
     *
     * @param pid the child's process id
     * @param line the line, without its line end; a line of more than 16,384 characters comes in pieces
     */
    void line(long pid, String line);

    /** {@return a handler that prints each line to {@code System.err} after the child's process id} */
    static OutputHandler prefixed() {
        return (pid, line) -> System.err.println("[" + pid + "] " + line);
    }

    /** {@return a handler that drops each line} */
    static OutputHandler discarding() {
        return (pid, line) -> {};
    }
}
