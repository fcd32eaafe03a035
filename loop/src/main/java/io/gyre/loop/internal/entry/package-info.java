/** The only lock-free code: the queue by which other threads hand work to a loop. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.internal.entry;

import org.jspecify.annotations.NullMarked;
