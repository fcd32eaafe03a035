/** A pool of child JVMs for calls that may crash, hang or fill the memory. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.process;

import org.jspecify.annotations.NullMarked;
