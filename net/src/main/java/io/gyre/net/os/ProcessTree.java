package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.loop.VoidBody;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A process and those that it has started, which are to end with it. */
final class ProcessTree {
    /*
     * Design.
     *
     * Whom a process has started can be asked only while it lives, so it is asked before it is told to end. To answer, the
     * JDK reads all of /proc, so that happens in a thread of its own; not in the loop's pool, which may be shut down.
     *
     * The process itself is told first: a shell whose child ends would go on with its next command. A handle knows when its
     * process began, so no other that has got its number since is hit.
     */
    private static final Offloading OWN_THREAD = Offloading.on(call ->
                    Thread.ofPlatform().daemon().name("gyre-end-of-process").start(call))
            .withOnCancel(OnCancel.WAIT);

    /** Short for who waits, long for the machine. Nobody tells us of the end of a process that is not our child. */
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

    /** Tells all to end. Suspends. */
    void terminate() {
        inOwnThread(this::terminateNow, this::terminateNow);
    }

    /** Kills what is left. Suspends. */
    void kill() {
        if (process.isAlive() || isAnyDescendantAlive()) {
            inOwnThread(this::killNow, this::killNow);
        }
    }

    /** Does both, in a thread that goes on when the loop does not. Suspends. */
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

    /** A process that nobody ends is worse than a loop that is blocked for milliseconds. */
    private void inOwnThread(VoidBody<RuntimeException> call, Runnable ifThereIsNone) {
        try {
            Async.offload(ownThread, call);
        } catch (OutOfMemoryError noThread) {
            ifThereIsNone.run();
        }
    }

    private void terminateNow() {
        process.descendants().forEach(descendants::add);
        process.toHandle().destroy(); // that of the process itself would close the pipes, too
        descendants.forEach(ProcessHandle::destroy);
    }

    private void killNow() {
        process.descendants().forEach(descendants::add);
        process.toHandle().destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits until those that the process has started have ended. Suspends. */
    void awaitDescendants() {
        while (isAnyDescendantAlive()) {
            Async.sleep(LOOK_AGAIN);
        }
    }

    private boolean isAnyDescendantAlive() {
        return descendants.stream().anyMatch(ProcessTree::runs);
    }

    /** One that has ended and that its parent has not asked for counts as alive for the JDK; it has no program any more. */
    private static boolean runs(ProcessHandle handle) {
        return handle.isAlive() && handle.info().command().isPresent();
    }
}
