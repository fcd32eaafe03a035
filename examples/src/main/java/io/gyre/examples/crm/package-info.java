/** CRM: an asynchronous server with a blocking database driver. */
@NullMarked
package io.gyre.examples.crm;

import org.jspecify.annotations.NullMarked;
