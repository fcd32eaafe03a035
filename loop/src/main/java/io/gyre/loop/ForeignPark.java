package io.gyre.loop;

import io.gyre.loop.dump.Wait;
import io.gyre.loop.internal.text.Describe;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Classifies a park of a task in a foreign call by its stack: which call it is, and whether an interrupt can end it.
 */
final class ForeignPark {
    /*
     * Design.
     *
     * An interrupt that arrives in a call which does not react to interrupts stays pending as a status, which the call
     * sets again when it returns. The next call that does react would fail, above all one on a file channel. So such
     * calls are not interrupted; the JDK has few of them, and they are listed by name. All other calls are interrupted.
     */
    private static final String LOCKS = "java.util.concurrent.locks.";

    /** Callers of a lock's queueing method that can be interrupted; its other callers wait uninterruptibly. */
    private static final Set<String> INTERRUPTIBLE_ACQUIRES =
            Set.of("acquireInterruptibly", "acquireSharedInterruptibly", "tryAcquireNanos", "tryAcquireSharedNanos");

    /** Calls that wait without reacting to interrupts, besides those whose name says so. */
    private static final Set<String> UNINTERRUPTIBLE = Set.of(
            "java.util.concurrent.CompletableFuture.join",
            "java.util.concurrent.ForkJoinTask.join",
            "java.util.concurrent.ForkJoinTask.quietlyJoin",
            "java.util.concurrent.ForkJoinTask.quietlyJoinUninterruptibly",
            "java.util.concurrent.ForkJoinTask.invoke",
            "java.util.concurrent.ForkJoinTask.quietlyInvoke",
            "java.util.concurrent.ForkJoinTask.invokeAll",
            "java.util.concurrent.ForkJoinTask.helpQuiesce",
            "java.util.concurrent.ForkJoinPool.invoke",
            "java.util.concurrent.ForkJoinPool.awaitQuiescence",
            "java.util.concurrent.SubmissionPublisher.doOffer",
            "java.util.concurrent.Phaser.arriveAndAwaitAdvance",
            "java.util.concurrent.Phaser.awaitAdvance",
            "java.util.concurrent.ConcurrentHashMap$TreeBin.contendedLock",
            LOCKS + "StampedLock.readLock",
            LOCKS + "StampedLock.writeLock",
            LOCKS + "AbstractQueuedSynchronizer$ConditionObject.awaitUninterruptibly",
            LOCKS + "AbstractQueuedLongSynchronizer$ConditionObject.awaitUninterruptibly");

    private ForeignPark() {}

    /**
     * {@return whether a thread is parked in a call that an interrupt ends} Not on the carrier: may wait for a moment.
     */
    static boolean isInterruptible(Thread thread) {
        return switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> isInterruptible(thread.getStackTrace());
            case NEW, RUNNABLE, BLOCKED, TERMINATED -> false; // a blocked thread waits for a monitor
        };
    }

    /** {@return whether an exception is one that the JDK throws from an interrupted call} */
    static boolean isInterruption(Throwable failure) {
        return failure instanceof InterruptedException
                || failure instanceof InterruptedIOException
                || failure instanceof ClosedByInterruptException
                // thrown by java.net sockets, which have no exception type of their own for it
                || (failure.getClass() == SocketException.class && "Closed by interrupt".equals(failure.getMessage()));
    }

    static boolean isInterruptible(StackTraceElement[] stack) {
        for (int i = 0; i < stack.length && isOfJdk(stack[i]); i++) {
            if (UNINTERRUPTIBLE.contains(stack[i].getClassName() + "." + stack[i].getMethodName())
                    || isUninterruptibleAcquire(stack, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUninterruptibleAcquire(StackTraceElement[] stack, int place) {
        return isAcquire(stack[place])
                && place + 1 < stack.length
                && !isAcquire(stack[place + 1])
                && !INTERRUPTIBLE_ACQUIRES.contains(stack[place + 1].getMethodName());
    }

    private static boolean isAcquire(StackTraceElement frame) {
        String type = frame.getClassName();
        return (type.equals(LOCKS + "AbstractQueuedSynchronizer")
                        || type.equals(LOCKS + "AbstractQueuedLongSynchronizer"))
                && (frame.getMethodName().equals("acquire")
                        || frame.getMethodName().equals("acquireShared"));
    }

    /** {@return what a thread waits for that is parked in a call of the JDK} Any thread but the carrier: takes a stack. */
    static Wait describe(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        Object blocker = LockSupport.getBlocker(thread);
        String call = thread.getState() == Thread.State.BLOCKED && stack.length > 0
                ? "a monitor in " + stack[0]
                : "a blocking call in " + callOf(stack);
        return new Wait.OnForeignCall(call, blocker == null ? null : identify(blocker), LoopInspection.frames(stack));
    }

    /** {@return words for an object that tell it from others of its kind} */
    private static String identify(Object blocker) {
        Class<?> type = blocker.getClass();
        String words = Describe.isOfJdk(type) ? outermost(type).getSimpleName() : Describe.object(blocker);
        return words + " @" + Integer.toHexString(System.identityHashCode(blocker));
    }

    /** {@return the class that users know: a ReentrantLock parks in a part of it} */
    private static Class<?> outermost(Class<?> type) {
        Class<?> outer = type;
        for (Class<?> around = type; around != null; around = around.getEnclosingClass()) {
            outer = around;
        }
        return outer;
    }

    /** {@return the call that the user's code has made: the outermost frame of the innermost run of JDK frames} */
    static String callOf(StackTraceElement[] stack) {
        StackTraceElement call = null;
        for (int i = 0; i < stack.length && isOfJdk(stack[i]); i++) {
            call = stack[i];
        }
        return call == null ? "native code" : call.getClassName() + "." + call.getMethodName();
    }

    static boolean isOfJdk(StackTraceElement frame) {
        String module = frame.getModuleName();
        return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
    }
}
