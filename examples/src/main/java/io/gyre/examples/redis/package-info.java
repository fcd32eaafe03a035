/** A Redis client: typed messages over a codec of Netty's. */
@NullMarked
package io.gyre.examples.redis;

import org.jspecify.annotations.NullMarked;
