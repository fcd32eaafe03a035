/** JMH benchmarks of {@code io.gyre.net}. Each stands in one class with its floor, so that both run side by side. */
@NullMarked
package io.gyre.bench.net;

import org.jspecify.annotations.NullMarked;
