/** Embedding: a program that owns its thread and lends it to a loop. */
@NullMarked
package io.gyre.examples.embed;

import org.jspecify.annotations.NullMarked;
