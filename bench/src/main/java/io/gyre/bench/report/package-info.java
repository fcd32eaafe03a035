/** The report of any command: sections and tables, shown as Markdown, as a page with charts, or as text. */
@NullMarked
package io.gyre.bench.report;

import org.jspecify.annotations.NullMarked;
