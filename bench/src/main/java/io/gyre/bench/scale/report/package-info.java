/** What follows from the points that were measured, and how it is shown. */
@NullMarked
package io.gyre.bench.scale.report;

import org.jspecify.annotations.NullMarked;
