/** Chat: one message for many readers; a slow reader does not hold up the others. */
@NullMarked
package io.gyre.examples.chat;

import org.jspecify.annotations.NullMarked;
