/** Tests of measuring the loops of Python. */
@NullMarked
package io.gyre.bench.peers;

import org.jspecify.annotations.NullMarked;
