/** An HTTP server in straight lines, over Netty's codec. */
@NullMarked
package io.gyre.examples.http;

import org.jspecify.annotations.NullMarked;
