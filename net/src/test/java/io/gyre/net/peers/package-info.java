/** Programs of other people that our servers and clients talk to. */
@NullMarked
package io.gyre.net.peers;

import org.jspecify.annotations.NullMarked;
