/** Port scanner: many short waits at the same time, limited in number and length. */
@NullMarked
package io.gyre.examples.portscan;

import org.jspecify.annotations.NullMarked;
