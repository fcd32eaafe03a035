/**
 * What the loop offers, feature by feature: a test for each, named for it. {@code FEATURES.md} lists the features; the
 * details of each are tested beside the class that has it.
 *
 * <p>Uses the public API alone.
 */
@NullMarked
package io.gyre.loop.features;

import org.jspecify.annotations.NullMarked;
