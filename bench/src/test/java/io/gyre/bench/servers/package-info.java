/** Tests. */
@NullMarked
package io.gyre.bench.servers;

import org.jspecify.annotations.NullMarked;
