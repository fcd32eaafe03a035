/**
 * What {@link LoopDump} is made of: a loop and its tasks at one moment, as plain values that can be printed, sent and
 * compared. Depends on the JDK and {@code .internal.text}.
 *
 * <p><b>Confinement:</b> immutable.
 */
@NullMarked
package io.gyre.loop.dump;

import org.jspecify.annotations.NullMarked;
