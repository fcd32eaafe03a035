package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/**
 * Code with a result that runs in line: its exceptions, including checked ones, reach the caller unchanged.
 *
 * @param <T> the result
 * @param <X> the checked exception that the code may throw; inferred
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
    /**
     * Runs the code.
     *
     * @return the result
     * @throws X what the code throws
     */
    T run() throws X;
}
