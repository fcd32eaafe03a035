/**
 * The echo benchmark from end to end: Gyre's servers and their peers, each a process of its own on one core, loaded from
 * another. Started by {@code bench/run echo}.
 */
@NullMarked
package io.gyre.bench.echo;

import org.jspecify.annotations.NullMarked;
