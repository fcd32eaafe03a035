package io.gyre.loop;

/**
 * {@link Body} without a result.
 *
 * @param <X> the checked exception that the code may throw; inferred
 */
@FunctionalInterface
public interface VoidBody<X extends Exception> {
    /**
     * Runs the code.
     *
     * @throws X what the code throws
     */
    void run() throws X;
}
