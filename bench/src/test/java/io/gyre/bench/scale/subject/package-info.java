/** Tests of how the benchmark of growth is run and reported. */
@NullMarked
package io.gyre.bench.scale.subject;

import org.jspecify.annotations.NullMarked;
