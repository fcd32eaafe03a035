/** Tests of how the benchmark of growth is run and reported. */
@NullMarked
package io.gyre.bench.scale.report;

import org.jspecify.annotations.NullMarked;
