/** Echo: the smallest server, and a client that checks any echo server byte by byte. */
@NullMarked
package io.gyre.examples.echo;

import org.jspecify.annotations.NullMarked;
