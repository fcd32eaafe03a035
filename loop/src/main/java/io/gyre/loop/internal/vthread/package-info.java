/** The only reflection: virtual threads on a scheduler of our own. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.internal.vthread;

import org.jspecify.annotations.NullMarked;
