/** What is measured beside many others of its kind, each in a JVM of its own: tasks and timers of Gyre, and their floors. */
@NullMarked
package io.gyre.bench.scale.subject;

import org.jspecify.annotations.NullMarked;
