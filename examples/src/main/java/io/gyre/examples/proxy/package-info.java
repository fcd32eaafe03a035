/** Proxy: two connections joined into one, with limits and counters. */
@NullMarked
package io.gyre.examples.proxy;

import org.jspecify.annotations.NullMarked;
