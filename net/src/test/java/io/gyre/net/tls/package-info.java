/** Tests of TLS. */
@NullMarked
package io.gyre.net.tls;

import org.jspecify.annotations.NullMarked;
