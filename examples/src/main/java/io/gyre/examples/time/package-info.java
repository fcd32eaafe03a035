/** Time over UDP: packets that may be lost, so requests are repeated. */
@NullMarked
package io.gyre.examples.time;

import org.jspecify.annotations.NullMarked;
