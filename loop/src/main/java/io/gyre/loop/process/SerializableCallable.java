package io.gyre.loop.process;

import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A call that can be sent to another JVM. A lambda expression of this type is serializable if everything that it
 * captures is; a lambda expression that uses an instance field captures {@code this}.
 *
 * @param <T> the result
 */
@FunctionalInterface
public interface SerializableCallable<T extends @Nullable Object> extends Callable<T>, Serializable {}
