package io.gyre.loop;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Body} that can be sent to another JVM. A lambda of this type is serializable if everything that it captures
 * is.
 *
 * @param <T> the result
 * @param <X> the checked exception that the code may throw; inferred
 */
@FunctionalInterface
public interface SerializableBody<T extends @Nullable Object, X extends Exception> extends Body<T, X>, Serializable {}
