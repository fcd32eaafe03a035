/** What measures: the runners behind {@code bench/run}, and what the benchmarks share. May use anything. */
@NullMarked
package io.gyre.bench;

import org.jspecify.annotations.NullMarked;
