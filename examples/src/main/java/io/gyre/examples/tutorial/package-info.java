/**
 * A tutorial of asyncio, example by example: the same output on the console, in Java.
 *
 * <p>The numbers are those of the tutorial's chapters on asynchronous programming: {@code 3.4-1} is example 1 of chapter
 * 3.4. Each class says how the Python idea maps to Java.
 */
@NullMarked
package io.gyre.examples.tutorial;

import org.jspecify.annotations.NullMarked;
