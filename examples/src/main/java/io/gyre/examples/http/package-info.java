/** An HTTP server in straight lines, over Netty's codecs; with TLS it speaks HTTP/2, too. */
@NullMarked
package io.gyre.examples.http;

import org.jspecify.annotations.NullMarked;
