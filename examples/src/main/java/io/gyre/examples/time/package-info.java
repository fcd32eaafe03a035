/** Time over UDP: packets that may be lost, and so are asked for again. */
@NullMarked
package io.gyre.examples.time;

import org.jspecify.annotations.NullMarked;
