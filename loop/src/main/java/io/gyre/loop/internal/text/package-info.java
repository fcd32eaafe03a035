/** Descriptions of foreign objects, made safe for messages. Depends on the JDK alone. */
@NullMarked
package io.gyre.loop.internal.text;

import org.jspecify.annotations.NullMarked;
