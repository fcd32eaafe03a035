package io.gyre.loop.process;

import java.io.Serializable;

/** A command that can be sent to another JVM, like a {@link SerializableCallable}. */
@FunctionalInterface
public interface SerializableRunnable extends Runnable, Serializable {}
