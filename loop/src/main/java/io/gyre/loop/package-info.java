/**
 * The event loop, its tasks, and what suspends them.
 *
 * <p>{@link io.gyre.loop.EventLoop} runs, {@link io.gyre.loop.Async} holds the functions that tasks call, and
 * {@link io.gyre.loop.LowLevel} is the door for libraries that add a way to suspend. May use {@code .spi} and
 * {@code .internal}; nothing else depends on those.
 */
@NullMarked
package io.gyre.loop;

import org.jspecify.annotations.NullMarked;
