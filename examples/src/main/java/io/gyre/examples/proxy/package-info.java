/** Proxy: two connections that are one, with limits and counts. */
@NullMarked
package io.gyre.examples.proxy;

import org.jspecify.annotations.NullMarked;
