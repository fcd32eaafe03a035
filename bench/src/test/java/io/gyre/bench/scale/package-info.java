/** Tests of how the benchmark of growth is run and reported. */
@NullMarked
package io.gyre.bench.scale;

import org.jspecify.annotations.NullMarked;
