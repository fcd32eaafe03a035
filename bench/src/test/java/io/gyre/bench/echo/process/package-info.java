/** Tests of starting processes and finding tools. */
@NullMarked
package io.gyre.bench.echo.process;

import org.jspecify.annotations.NullMarked;
