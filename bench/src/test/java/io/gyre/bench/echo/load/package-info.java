/** Tests of the load generator, which is in C. */
@NullMarked
package io.gyre.bench.echo.load;

import org.jspecify.annotations.NullMarked;
