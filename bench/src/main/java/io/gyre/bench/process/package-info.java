/** Other processes: started, pinned, talked to and measured; the tools, sources and compilers of what is not Java. */
@NullMarked
package io.gyre.bench.process;

import org.jspecify.annotations.NullMarked;
