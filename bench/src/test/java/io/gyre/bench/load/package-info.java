/** Tests. */
@NullMarked
package io.gyre.bench.load;

import org.jspecify.annotations.NullMarked;
