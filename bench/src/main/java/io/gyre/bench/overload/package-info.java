/** A server that gets more work than it can do, with and without admission by lag. */
@NullMarked
package io.gyre.bench.overload;

import org.jspecify.annotations.NullMarked;
