package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.loop.VoidBody;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A process and its descendants, which end with it. */
final class ProcessTree {
    /*
     * Design.
     *
     * The descendants of a process can be listed only while it lives, so they are listed before it is told to end. For
     * the list the JDK reads all of /proc, so a separate thread does it, not the loop's pool, which may be shut down.
     *
     * The process itself is told first: a shell whose child ends would go on with its next command. A handle knows when
     * its process began, so another process that has reused the pid is not hit.
     */
    private static final Offloading OWN_THREAD = Offloading.on(call ->
                    Thread.ofPlatform().daemon().name("gyre-end-of-process").start(call))
            .withOnCancel(OnCancel.WAIT);

    /** Short for the waiting task, long for the machine. The system reports the end of our own children only. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final Process process;
    private final Offloading ownThread;
    private final Set<ProcessHandle> descendants = new LinkedHashSet<>();

    ProcessTree(Process process) {
        this(process, OWN_THREAD);
    }

    /** For tests: with threads that cannot be started. */
    ProcessTree(Process process, Offloading ownThread) {
        this.process = process;
        this.ownThread = ownThread;
    }

    /** Asks all to end. Suspends. */
    void terminate() {
        inOwnThread(this::terminateNow, this::terminateNow);
    }

    /** Kills those still alive. Suspends. */
    void kill() {
        if (process.isAlive() || isAnyDescendantAlive()) {
            inOwnThread(this::killNow, this::killNow);
        }
    }

    /** Does both, on a thread that continues if the loop stops. Suspends. */
    void end(Duration grace) {
        inOwnThread(
                () -> {
                    terminateNow();
                    process.onExit()
                            .completeOnTimeout(process, TimeUnit.NANOSECONDS.convert(grace), TimeUnit.NANOSECONDS)
                            .join();
                    killNow();
                },
                this::killNow);
    }

    /** A process left running is worse than a loop blocked for milliseconds. */
    private void inOwnThread(VoidBody<RuntimeException> call, Runnable ifThereIsNone) {
        try {
            Async.offload(ownThread, call);
        } catch (OutOfMemoryError noThread) {
            ifThereIsNone.run();
        }
    }

    private void terminateNow() {
        process.descendants().forEach(descendants::add);
        process.toHandle().destroy(); // process.destroy() would also close the pipes
        descendants.forEach(ProcessHandle::destroy);
    }

    private void killNow() {
        process.descendants().forEach(descendants::add);
        process.toHandle().destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits until all descendants have ended. Suspends. */
    void awaitDescendants() {
        while (isAnyDescendantAlive()) {
            Async.sleep(LOOK_AGAIN);
        }
    }

    private boolean isAnyDescendantAlive() {
        return descendants.stream().anyMatch(ProcessTree::runs);
    }

    /** The JDK counts a zombie, whose parent has not collected it, as alive; it runs no program any more. */
    private static boolean runs(ProcessHandle handle) {
        return handle.isAlive() && handle.info().command().isPresent();
    }
}
