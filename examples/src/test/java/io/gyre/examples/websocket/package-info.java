@NullMarked
package io.gyre.examples.websocket;

import org.jspecify.annotations.NullMarked;
