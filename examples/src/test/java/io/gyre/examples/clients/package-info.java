/** Other people's clients on the loop, unchanged; {@code CLIENTS.md} shows how. */
@NullMarked
package io.gyre.examples.clients;

import org.jspecify.annotations.NullMarked;
