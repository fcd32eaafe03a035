/** The scheduler under JMH, beside its floors and the event loops of Python: {@code bench/run micro}. */
@NullMarked
package io.gyre.bench.micro;

import org.jspecify.annotations.NullMarked;
