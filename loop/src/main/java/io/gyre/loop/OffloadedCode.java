package io.gyre.loop;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The code of offloaded calls, which can ask whether anybody still waits for it. */
final class OffloadedCode {
    /** What the thread asks while it runs a call: the cancellation to throw, or null as long as the call is wanted. */
    private static final ThreadLocal<@Nullable Supplier<@Nullable CancelledException>> CALLER = new ThreadLocal<>();

    private OffloadedCode() {}

    /** Runs a call that can ask. */
    static <T extends @Nullable Object> T run(Supplier<@Nullable CancelledException> caller, Callable<? extends T> call)
            throws Exception {
        Supplier<@Nullable CancelledException> outer = CALLER.get();
        CALLER.set(caller);
        try {
            return call.call();
        } finally {
            if (outer == null) {
                CALLER.remove();
            } else {
                CALLER.set(outer); // this thread has offloaded to itself
            }
        }
    }

    /**
     * {@return whether the caller is such code, and not a task} A task that offloads to its own thread asks as a task. A
     * child JVM has no tasks, and lacks the flag that looking for one needs; calls run in platform threads there.
     */
    static boolean isHere() {
        boolean task = Thread.currentThread().isVirtual() && VirtualThreadTask.currentLoopOrNull() != null;
        return !task && CALLER.get() != null;
    }

    /** {@return the cancellation of the call that this thread runs, or null if the call is still wanted} */
    static @Nullable CancelledException cancellation() {
        return Objects.requireNonNull(CALLER.get()).get();
    }
}
