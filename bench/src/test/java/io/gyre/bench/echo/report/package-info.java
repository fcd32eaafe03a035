/** Tests of what follows from samples, and of how it is shown. */
@NullMarked
package io.gyre.bench.echo.report;

import org.jspecify.annotations.NullMarked;
