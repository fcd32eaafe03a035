/** Port scanner: many short waits at the same time, but not too many, and none for too long. */
@NullMarked
package io.gyre.examples.portscan;

import org.jspecify.annotations.NullMarked;
