/** Tests of the command line, and of one run in miniature. */
@NullMarked
package io.gyre.bench.echo;

import org.jspecify.annotations.NullMarked;
