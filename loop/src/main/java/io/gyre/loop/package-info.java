/**
 * The event loop, its tasks, and what suspends them.
 *
 * <p>{@link io.gyre.loop.EventLoop} runs tasks, {@link io.gyre.loop.Async} holds the functions that tasks call, and
 * {@link io.gyre.loop.LowLevel} is for libraries that add new ways to suspend. This package may use {@code .spi} and
 * {@code .internal}; nothing else depends on those.
 *
 * <p>The module's README lists the classes by topic, and follows a task and a readiness event through them.
 */
@NullMarked
package io.gyre.loop;

import org.jspecify.annotations.NullMarked;
