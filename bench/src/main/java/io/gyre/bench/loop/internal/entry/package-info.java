/** jcstress tests of {@code io.gyre.loop.internal.entry}. Each has a broken twin that must fail. */
@NullMarked
package io.gyre.bench.loop.internal.entry;

import org.jspecify.annotations.NullMarked;
