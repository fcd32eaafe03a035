/**
 * What asyncio does, as its documentation and CPython's own tests say it, run against this loop. Each test cites what it
 * follows; {@link io.gyre.loop.conformance.DeviationTest} and its neighbour have the places where Gyre does something else on purpose.
 *
 * <p>Uses the public API alone.
 */
@NullMarked
package io.gyre.loop.conformance;

import org.jspecify.annotations.NullMarked;
