/** The only reflection: virtual threads on our own scheduler. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.internal.vthread;

import org.jspecify.annotations.NullMarked;
