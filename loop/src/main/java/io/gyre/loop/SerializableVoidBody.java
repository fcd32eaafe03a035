package io.gyre.loop;

import java.io.Serializable;

/**
 * {@link SerializableBody} without a result.
 *
 * @param <X> the checked exception that the code may throw; inferred
 */
@FunctionalInterface
public interface SerializableVoidBody<X extends Exception> extends VoidBody<X>, Serializable {}
