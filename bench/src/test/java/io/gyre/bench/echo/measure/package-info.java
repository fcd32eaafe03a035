/** Tests of reading what the system says. */
@NullMarked
package io.gyre.bench.echo.measure;

import org.jspecify.annotations.NullMarked;
