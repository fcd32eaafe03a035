/** What the documents of the repository say, held against the code: Java that compiles, features that are tested, links. */
@NullMarked
package io.gyre.examples.documents;

import org.jspecify.annotations.NullMarked;
