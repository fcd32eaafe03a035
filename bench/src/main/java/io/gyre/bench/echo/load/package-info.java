/**
 * The load generator, seen from Java. It is written in C, in the resources beside this package: one in Java with the same plain
 * design took more processor time for a message than the C server that it was to load. The README has the figures, and what
 * they are worth.
 */
@NullMarked
package io.gyre.bench.echo.load;

import org.jspecify.annotations.NullMarked;
