package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;

/**
 * Initialises, before the first task runs, classes of ours and of the JDK which may be needed first at the end of the stack or
 * without memory. A class whose initialiser fails is lost for the whole JVM.
 */
final class Preload {
    static {
        Offloading.onLoopExecutor();
        OffloadPool.touch();
        TaskGroup.touch();
        CreationSite.className("");
        ForeignPark.isInterruptible(new StackTraceElement[0]);
        ForeignWaiter.touch();
        Failures.printable(new InterruptedException(Describe.object("")));
    }

    private Preload() {}

    static void touch() {}
}
