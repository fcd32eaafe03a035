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
     * @throws X as the code does
     */
    void run() throws X;
}
