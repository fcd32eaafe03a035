/** Tests. */
@NullMarked
package io.gyre.bench.results;

import org.jspecify.annotations.NullMarked;
