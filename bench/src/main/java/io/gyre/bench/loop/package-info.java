/** JMH benchmarks of {@code io.gyre.loop}. Each stands in one class with its floor, so that both run side by side. */
@NullMarked
package io.gyre.bench.loop;

import org.jspecify.annotations.NullMarked;
