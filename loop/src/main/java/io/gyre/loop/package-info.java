/**
 * The event loop, its tasks, and what suspends them.
 *
 * <p>{@link io.gyre.loop.EventLoop} runs, {@link io.gyre.loop.Async} holds the functions that tasks call, and
 * {@link io.gyre.loop.LowLevel} is the door for libraries that add a way to suspend. May use {@code .spi} and
 * {@code .internal}; nothing else depends on those.
 *
 * <p>The module's README lists the classes by what they are about, and tells the way of a task and of a readiness event
 * through them.
 */
@NullMarked
package io.gyre.loop;

import org.jspecify.annotations.NullMarked;
