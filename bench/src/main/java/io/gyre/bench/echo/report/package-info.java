/** What was measured, what follows from it, and how it is shown. Nothing here measures. */
@NullMarked
package io.gyre.bench.echo.report;

import org.jspecify.annotations.NullMarked;
