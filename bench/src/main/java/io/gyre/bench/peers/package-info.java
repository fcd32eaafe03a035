/** The event loops of Python, measured at the operations of the micro-benchmarks. */
@NullMarked
package io.gyre.bench.peers;

import org.jspecify.annotations.NullMarked;
