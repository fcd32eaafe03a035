/** Starting, pinning and talking to other processes; finding and building the tools and peers that are not Java. */
@NullMarked
package io.gyre.bench.echo.process;

import org.jspecify.annotations.NullMarked;
