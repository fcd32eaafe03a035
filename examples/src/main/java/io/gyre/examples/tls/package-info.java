/** Certificates for the examples: one made on demand, and trust in one by its fingerprint. */
@NullMarked
package io.gyre.examples.tls;

import org.jspecify.annotations.NullMarked;
