/**
 * Tests of code that runs on a loop: a clock that jumps, tests as tasks, and control over who runs when.
 *
 * <p>{@link io.gyre.loop.testing.LoopTest} needs JUnit 5, which is an optional dependency; the rest does not. May use
 * {@code io.gyre.loop} and its {@code .spi}.
 */
@NullMarked
package io.gyre.loop.testing;

import org.jspecify.annotations.NullMarked;
