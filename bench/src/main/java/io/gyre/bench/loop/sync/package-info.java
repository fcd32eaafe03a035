/** Benchmarks of {@code io.gyre.loop.sync}. */
@NullMarked
package io.gyre.bench.loop.sync;

import org.jspecify.annotations.NullMarked;
