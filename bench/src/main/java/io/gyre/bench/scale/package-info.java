/**
 * How cost grows with the number of tasks, timers, connections and loops, and what each of them takes of memory. Started by
 * {@code bench/run scale}.
 */
@NullMarked
package io.gyre.bench.scale;

import org.jspecify.annotations.NullMarked;
