/** The load generator, and what it and the server use meanwhile. It is written in C: a generator in Java takes more processor time for a message than the C server. The README has the figures. */
@NullMarked
package io.gyre.bench.load;

import org.jspecify.annotations.NullMarked;
