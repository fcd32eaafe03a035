/** The seams of a loop: what a user may replace or listen to. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.spi;

import org.jspecify.annotations.NullMarked;
