/** The only {@link java.nio.channels.Selector}: interest, readiness, wake-up. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.internal.poll;

import org.jspecify.annotations.NullMarked;
