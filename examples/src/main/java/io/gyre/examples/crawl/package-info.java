/** Crawler: tasks that create more tasks, and a report of failed pages. */
@NullMarked
package io.gyre.examples.crawl;

import org.jspecify.annotations.NullMarked;
