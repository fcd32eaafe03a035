package io.gyre.loop;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Why a step keeps its loop, and what helps.
 *
 * @param kind the kind of reason
 * @param text the reason and the remedy, as sentences
 */
record Diagnosis(Kind kind, String text) {
    /*
     * Design.
     *
     * First what concerns the whole program: collections, and stops. The watchdog itself is late then, and whatever else
     * is seen of the step says little. Then what the thread does now: it is parked, or blocked in the system. Then what
     * it has done: computed. What is left waits for a processor. A busy machine is nobody's fault here, and makes the
     * watchdog late, too; so that, and a stop, is said only if it lasts (decisions/0007).
     */

    /** The kinds of reasons. */
    enum Kind {
        /** Garbage collections stop the program. */
        COLLECTION,
        /** The program stands still as a whole. */
        STOPPED,
        /** The thread is parked and cannot leave the loop's thread. */
        PINNED,
        /** The thread waits for a name look-up. */
        LOOK_UP,
        /** The thread waits for a file or a device. */
        FILE,
        /** The thread waits in another native call. */
        NATIVE,
        /** The thread loads or initialises classes. */
        LOADING_CLASSES,
        /** The thread computes. */
        COMPUTING,
        /** The thread gets no processor. */
        NO_PROCESSOR
    }

    /** How much longer than a slow step a stop or a wait for a processor lasts before it is worth a report. */
    private static final int PATIENCE_WITH_MACHINE = 10;

    /** Classes of the JDK that are on the stack while a class is loaded or a lambda is linked. */
    private static final Set<String> CLASS_LOADING =
            Set.of("java.lang.ClassLoader", "java.lang.invoke.MethodHandleNatives");

    /** The start of the names of classes of the JDK that work with files. */
    private static final Set<String> OF_FILES =
            Set.of("java.io.", "sun.nio.fs.", "sun.nio.ch.File", "sun.nio.ch.UnixFile");

    /**
     * What is known of a step that lasts, besides its stack.
     *
     * @param nanos how long it has lasted
     * @param cpuNanos for how long its thread has used a processor in this time; negative if that is not known
     * @param collectionNanos for how long collections have stopped the program in this time
     * @param lateNanos how late the watchdog was in this time, which does nothing but wait
     * @param isParked whether its thread is parked, or waits for a monitor
     * @param isForNobody if it is parked: whether it waits without a limit, and there is no other thread
     * @param inSystem what the system says about the thread
     */
    record Evidence(
            long nanos,
            long cpuNanos,
            long collectionNanos,
            long lateNanos,
            boolean isParked,
            boolean isForNobody,
            SystemThread.State inSystem) {
        private boolean isMost(long part) {
            return part > 0 && part >= nanos / 2;
        }

        private boolean isBlockedInSystem(StackTraceElement[] stack) {
            boolean inNativeMethod = stack.length > 0 && stack[0].isNativeMethod();
            return switch (inSystem) {
                case ASLEEP -> inNativeMethod || (cpuNanos >= 0 && !isMost(cpuNanos));
                case UNKNOWN -> inNativeMethod;
                case RUNNABLE -> false;
            };
        }
    }

    /**
     * {@return the reason; null if the step has not worked for long enough to be slow, and nothing blocks it}
     *
     * @param step what is known
     * @param stack the stack, innermost call first; empty if it is not known
     * @param limitNanos how long a step may take
     * @param workNanos how long it may have computed until now
     */
    static @Nullable Diagnosis of(Evidence step, StackTraceElement[] stack, long limitNanos, long workNanos) {
        if (step.isMost(step.collectionNanos)) {
            return collection(step);
        }
        boolean lastsVeryLong = step.nanos / PATIENCE_WITH_MACHINE >= limitNanos;
        if (lastsVeryLong && step.isMost(step.lateNanos)) {
            return stopped(step);
        }
        if (step.isParked) {
            return pinned(step, stack);
        }
        if (step.isBlockedInSystem(stack)) {
            return blocked(stack);
        }
        if (step.cpuNanos < 0 || step.cpuNanos >= workNanos) {
            return working(step, stack);
        }
        return lastsVeryLong ? withoutProcessor(step) : null;
    }

    private static Diagnosis collection(Evidence step) {
        return new Diagnosis(
                Kind.COLLECTION,
                "Garbage collections have stopped the program for " + millis(step.collectionNanos)
                        + " ms of this time. Give it more memory (-Xmx), let it allocate less, or choose a collector with short pauses (-XX:+UseZGC); -Xlog:gc tells more.");
    }

    private static Diagnosis stopped(Evidence step) {
        return new Diagnosis(
                Kind.STOPPED,
                "The whole program has stood still for " + millis(step.lateNanos)
                        + " ms of this time: it was stopped (SIGSTOP, a debugger, a frozen container or machine), or the JVM has stopped its threads for work of its own, which -Xlog:safepoint tells. Nothing in the step is to blame.");
    }

    private static Diagnosis pinned(Evidence step, StackTraceElement[] stack) {
        if (isWaitOfOurs(stack)) {
            return new Diagnosis(
                    Kind.PINNED,
                    "Its thread cannot be taken off the loop's thread while it waits. If it is pinned, the wait is about to fail; if there is no memory for its stack, it goes on as soon as there is.");
        }
        StackTraceElement pinning = pinningFrame(stack);
        String where = "Its thread is parked in " + ForeignPark.callOf(stack)
                + " and cannot be taken off the loop's thread meanwhile, because "
                + (pinning == null ? "a call from native code" : pinning.toString()) + " pins it. ";
        String end = step.isForNobody
                ? "The program has no other platform thread that could end this wait: unless a virtual thread outside of the loop does, it will never end, since no task of this loop can run. "
                : "No task of this loop can end this wait, only another thread. ";
        return new Diagnosis(
                Kind.PINNED,
                where + end
                        + "Do not wait in a class initializer or below a call from native code: use the class for the first time in Async.offload, or wait before the call.");
    }

    private static boolean isWaitOfOurs(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals(VirtualThreadTask.class.getName())
                    && frame.getMethodName().equals(VirtualThreadTask.PARKING_METHOD)) {
                return true;
            }
        }
        return false;
    }

    /** {@return the innermost frame, outside of the call that parks, with which the JDK cannot take a thread off} */
    private static @Nullable StackTraceElement pinningFrame(StackTraceElement[] stack) {
        for (int i = 0; i < stack.length; i++) {
            boolean isNative = i > 0 && stack[i].isNativeMethod(); // the innermost one is that which parks
            if (isNative || isInitializer(stack[i]) || isClassLoading(stack[i])) {
                return stack[i];
            }
        }
        return null;
    }

    private static Diagnosis blocked(StackTraceElement[] stack) {
        String call = ForeignPark.callOf(stack);
        if (isLookUp(stack)) {
            return new Diagnosis(
                    Kind.LOOK_UP,
                    "It waits for a name look-up in " + call
                            + ". Look names up in Async.offload, or with Dns.resolve of io.gyre.net, which suspends the task alone.");
        }
        if (isOfFiles(stack)) {
            return new Diagnosis(
                    Kind.FILE,
                    "It waits for a file or device in " + call
                            + ". Call it in Async.offload: files block their thread.");
        }
        return new Diagnosis(
                Kind.NATIVE,
                "It waits in the system, in a native call" + (stack.length == 0 ? "" : ": " + stack[0])
                        + ". Call it in Async.offload.");
    }

    /** {@return whether the call of the JDK that blocks is one of its look-ups} */
    private static boolean isLookUp(StackTraceElement[] stack) {
        for (int i = 0; i < stack.length && ForeignPark.isOfJdk(stack[i]); i++) {
            if (stack[i].getClassName().startsWith("java.net.Inet")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfFiles(StackTraceElement[] stack) {
        return stack.length > 0 && OF_FILES.stream().anyMatch(stack[0].getClassName()::startsWith);
    }

    private static Diagnosis working(Evidence step, StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (isInitializer(frame) || isClassLoading(frame)) {
                return new Diagnosis(
                        Kind.LOADING_CLASSES,
                        "It loads or initialises classes, which happens once; if that is too long, use the library for the first time in Async.offload.");
            }
        }
        return new Diagnosis(
                Kind.COMPUTING,
                "It computes" + (step.cpuNanos < 0 ? "" : " (" + millis(step.cpuNanos) + " ms of processor time)")
                        + ". Move the computation to Async.offload, or let others run in between with Async.yieldNow.");
    }

    private static Diagnosis withoutProcessor(Evidence step) {
        return new Diagnosis(
                Kind.NO_PROCESSOR,
                "Its thread waits for a processor, and has had one for " + millis(step.cpuNanos)
                        + " ms of this time: the machine is busy, or the container has used up its share. Nothing in the step is to blame.");
    }

    private static boolean isInitializer(StackTraceElement frame) {
        return frame.getMethodName().equals("<clinit>");
    }

    private static boolean isClassLoading(StackTraceElement frame) {
        return CLASS_LOADING.contains(frame.getClassName());
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
