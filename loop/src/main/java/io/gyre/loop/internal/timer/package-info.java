/** Deadlines in order: plain data for one thread. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.internal.timer;

import org.jspecify.annotations.NullMarked;
