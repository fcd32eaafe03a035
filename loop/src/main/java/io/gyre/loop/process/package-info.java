/** A pool of child JVMs for calls that may crash, hang or fill the memory. Depends on the JDK and {@code .internal.text}. */
@NullMarked
package io.gyre.loop.process;

import org.jspecify.annotations.NullMarked;
