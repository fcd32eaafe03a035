/** Guest mode: a loop on the thread of a user interface. */
@NullMarked
package io.gyre.examples.guest;

import org.jspecify.annotations.NullMarked;
