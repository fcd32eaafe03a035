/** Chat in a browser: WebSocket over Netty's codec, in straight lines. */
@NullMarked
package io.gyre.examples.websocket;

import org.jspecify.annotations.NullMarked;
