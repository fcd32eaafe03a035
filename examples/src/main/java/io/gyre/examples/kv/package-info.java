/** Key-value server: a line protocol with limits, values that expire, two kinds of sockets, a graceful shutdown. */
@NullMarked
package io.gyre.examples.kv;

import org.jspecify.annotations.NullMarked;
