/** The echo servers. {@link io.gyre.bench.servers.Peers} lists all of them. */
@NullMarked
package io.gyre.bench.servers;

import org.jspecify.annotations.NullMarked;
