/** What is measured from outside a server: its processor time, its system calls. */
@NullMarked
package io.gyre.bench.echo.measure;

import org.jspecify.annotations.NullMarked;
