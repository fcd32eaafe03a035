/** The statistics of all commands, their figures in words, and the files of results. Nothing here measures. */
@NullMarked
package io.gyre.bench.results;

import org.jspecify.annotations.NullMarked;
