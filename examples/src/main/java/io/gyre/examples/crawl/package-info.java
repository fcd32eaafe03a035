/** Crawler: tasks that make more tasks, and a report of what could not be had. */
@NullMarked
package io.gyre.examples.crawl;

import org.jspecify.annotations.NullMarked;
