/** Chat: one message for many readers, of whom the slow ones hold up nobody. */
@NullMarked
package io.gyre.examples.chat;

import org.jspecify.annotations.NullMarked;
