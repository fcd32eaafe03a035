/** What the tests of the examples share. */
@NullMarked
package io.gyre.examples;

import org.jspecify.annotations.NullMarked;
