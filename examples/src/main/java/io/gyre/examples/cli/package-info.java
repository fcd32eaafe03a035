/** The command line of the examples: {@code examples/run}. */
@NullMarked
package io.gyre.examples.cli;

import org.jspecify.annotations.NullMarked;
