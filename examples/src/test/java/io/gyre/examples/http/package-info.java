@NullMarked
package io.gyre.examples.http;

import org.jspecify.annotations.NullMarked;
