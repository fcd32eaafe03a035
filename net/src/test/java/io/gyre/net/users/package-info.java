/** Code as users have it, outside the library's packages: what the library says of its callers. */
@NullMarked
package io.gyre.net.users;

import org.jspecify.annotations.NullMarked;
