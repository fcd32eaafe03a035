/** CRM: a server whose database driver blocks, and which is asynchronous all the same. */
@NullMarked
package io.gyre.examples.crm;

import org.jspecify.annotations.NullMarked;
