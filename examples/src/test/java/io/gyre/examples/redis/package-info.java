@NullMarked
package io.gyre.examples.redis;

import org.jspecify.annotations.NullMarked;
