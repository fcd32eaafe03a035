/**
 * The load generator, seen from Java. It is written in C, in the resources beside this package: a generator in Java, with
 * the same plain design, took 6.3 µs of processor for a message of 1 KiB on 50 connections where the C server took 5.6 µs,
 * so it would have been the bottleneck; in C it took 5.5 µs, nearly all of it in the kernel. With io_uring it was 5.4 µs.
 */
@NullMarked
package io.gyre.bench.echo.load;

import org.jspecify.annotations.NullMarked;
