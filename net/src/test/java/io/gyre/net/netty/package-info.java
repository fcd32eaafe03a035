@NullMarked
package io.gyre.net.netty;

import org.jspecify.annotations.NullMarked;
