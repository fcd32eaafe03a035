/** The options that all commands share. */
@NullMarked
package io.gyre.bench.options;

import org.jspecify.annotations.NullMarked;
