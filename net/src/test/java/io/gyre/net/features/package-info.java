/**
 * What streams, servers and the rest of this module offer, feature by feature: a test for each, named for it.
 * {@code FEATURES.md} lists the features; the details of each are tested beside the class that has it.
 *
 * <p>Uses the public API alone, and what the tests of that have to help them.
 */
@NullMarked
package io.gyre.net.features;

import org.jspecify.annotations.NullMarked;
