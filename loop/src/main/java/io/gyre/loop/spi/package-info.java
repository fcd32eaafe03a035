/**
 * The extension points of a loop: interfaces that users may implement. Depends on the JDK, {@code .dump} and
 * {@code .internal.text}.
 */
@NullMarked
package io.gyre.loop.spi;

import org.jspecify.annotations.NullMarked;
