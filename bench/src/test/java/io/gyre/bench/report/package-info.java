/** Tests. */
@NullMarked
package io.gyre.bench.report;

import org.jspecify.annotations.NullMarked;
