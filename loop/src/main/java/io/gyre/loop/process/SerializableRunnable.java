package io.gyre.loop.process;

import java.io.Serializable;

/** A command that can be sent to another JVM, as {@link SerializableCallable} is. */
@FunctionalInterface
public interface SerializableRunnable extends Runnable, Serializable {}
