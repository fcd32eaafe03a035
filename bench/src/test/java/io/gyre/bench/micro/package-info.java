/** Tests. */
@NullMarked
package io.gyre.bench.micro;

import org.jspecify.annotations.NullMarked;
