/** Tests of what the runners work out. */
@NullMarked
package io.gyre.bench;

import org.jspecify.annotations.NullMarked;
