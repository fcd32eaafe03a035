/** The seams of a loop: what a user may replace or listen to. Depends on the JDK and {@code .internal.text}. */
@NullMarked
package io.gyre.loop.spi;

import org.jspecify.annotations.NullMarked;
