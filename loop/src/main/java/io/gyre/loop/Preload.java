package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Initialises, before the first task runs, classes of ours and of the JDK that may first be needed at the end of the
 * stack or without memory. A class whose initialiser fails is unusable for the whole life of the JVM.
 */
final class Preload {
    static {
        Offloading.onLoopExecutor();
        OffloadPool.touch();
        TaskGroup.touch();
        CreationSite.touch();
        ForeignPark.isInterruptible(new StackTraceElement[0]);
        ForeignWaiter.touch();
        Guest.touch();
        Failures.printable(new InterruptedException(Describe.object("")));
        Thread.startVirtualThread(Preload::touchTimersOfTheJdk);
    }

    private Preload() {}

    /** What a virtual thread needs for its first timed park and timed wait. */
    private static void touchTimersOfTheJdk() {
        LockSupport.parkNanos(1);
        var monitor = new Object();
        synchronized (monitor) {
            try {
                TimeUnit.MILLISECONDS.timedWait(monitor, 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // never happens
            }
        }
    }

    static void touch() {}
}
