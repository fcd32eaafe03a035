/** Tests. */
@NullMarked
package io.gyre.bench.process;

import org.jspecify.annotations.NullMarked;
