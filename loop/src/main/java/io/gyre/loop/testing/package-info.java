/**
 * Support for tests of code on a loop: a clock that jumps, tests as tasks, and control over the order of tasks.
 *
 * <p>{@link io.gyre.loop.testing.LoopTest} needs JUnit 5, which is an optional dependency; the rest does not. May use
 * {@code io.gyre.loop} and its {@code .spi}.
 */
@NullMarked
package io.gyre.loop.testing;

import org.jspecify.annotations.NullMarked;
