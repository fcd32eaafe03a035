package io.gyre.loop;

import io.gyre.loop.spi.IdleLoop.Hold;
import io.gyre.loop.spi.OutsideWait;
import org.jspecify.annotations.Nullable;

/** Tells the waits that the loop itself will end from those that only something outside can end. */
final class OutsideHold {
    private OutsideHold() {}

    /**
     * {@return the wait, or null if something on the loop will end it}
     *
     * @param task a task that does not run and is not ready
     * @param reason its wait reason
     * @param isParked whether it is parked in a call of this library
     */
    static @Nullable Hold of(Task<?> task, @Nullable Object reason, boolean isParked) {
        if (!isParked) {
            String where = "parked in " + blockingCall(task.stackTrace());
            return new Hold(task.toString(), reason == null ? where : "waiting for " + reason, false);
        }
        return switch (reason) {
            case OutsideWait wait -> new Hold(task.toString(), "waiting for " + wait, wait instanceof ReadinessWait);
            case LoopFuture<?> future
            when future.isOfOtherLibrary() -> new Hold(task.toString(), "waiting for " + future, false);
            case null, default -> null;
        };
    }

    /** {@return the call of the JDK that the user's code has made: the outermost frame of the innermost run of JDK frames} */
    static String blockingCall(StackTraceElement[] stack) {
        StackTraceElement call = null;
        for (StackTraceElement frame : stack) {
            String module = frame.getModuleName();
            if (module == null || !(module.startsWith("java.") || module.startsWith("jdk."))) {
                break;
            }
            call = frame;
        }
        return call == null ? "native code" : call.getClassName() + "." + call.getMethodName();
    }
}
