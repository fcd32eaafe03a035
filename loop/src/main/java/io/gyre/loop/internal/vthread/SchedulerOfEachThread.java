package io.gyre.loop.internal.vthread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Hands a scheduler to the constructor of each thread.
 *
 * <p><b>Source:</b> JDK 25 to 28, {@code java.lang.ThreadBuilders.newVirtualThread} and {@code java.lang.VirtualThread}.
 * The JDK's own tests use that method.
 */
final class SchedulerOfEachThread implements Scheduling {
    /*
     * Design.
     *
     * The JIT treats the handles as constants: currentCarrier() is the intrinsic itself, scheduler() a field load.
     * Rejected: a ThreadLocal for "which task am I", because a thread-local map costs every parked task more bytes than
     * its whole wait state; a map from carrier to loop, because it needs a lock-free read on each call.
     */
    private static final Members MEMBERS = new Members("the scheduling of tasks");
    private static final String VIRTUAL_THREAD = "java.lang.VirtualThread";

    private static final MethodHandle NEW_VIRTUAL_THREAD = MEMBERS.find(
            "java.lang.ThreadBuilders",
            "newVirtualThread",
            MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class),
            (lookup, owner, name) -> lookup.findStatic(
                    owner,
                    name,
                    MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class)));

    private static final MethodHandle CURRENT_CARRIER = MEMBERS.find(
            "java.lang.Thread",
            "currentCarrierThread",
            MethodType.methodType(Thread.class),
            (lookup, owner, name) -> lookup.findStatic(owner, name, MethodType.methodType(Thread.class)));

    private static final MethodHandle SCHEDULER = MEMBERS.find(
            VIRTUAL_THREAD,
            "scheduler",
            MethodType.methodType(Executor.class, Thread.class),
            (lookup, owner, name) -> lookup.findGetter(owner, name, Executor.class));

    private static final MethodHandle FINISH_YIELD = MEMBERS.find(
            VIRTUAL_THREAD,
            "afterYield",
            MethodType.methodType(void.class, Thread.class),
            (lookup, owner, name) -> lookup.findVirtual(owner, name, MethodType.methodType(void.class)));

    private static final @Nullable Object JDK_SCHEDULER = MEMBERS.get(MEMBERS.find(
            VIRTUAL_THREAD,
            "defaultScheduler",
            MethodType.methodType(Object.class),
            (lookup, owner, name) -> lookup.findStatic(owner, name, MethodType.methodType(Executor.class))));

    @Override
    public void check() {
        MEMBERS.requireAll();
    }

    @Override
    public Thread newThread(Executor scheduler, @Nullable String name, Runnable body) {
        try {
            return (Thread) NEW_VIRTUAL_THREAD.invokeExact(scheduler, name, 0, body);
        } catch (Throwable e) {
            throw VirtualThreads.unchecked(e);
        }
    }

    @Override
    public Thread newJdkThread(@Nullable String name, Runnable body) {
        return newThread(jdkScheduler(), name, body);
    }

    @Override
    public boolean passesOnScheduler() {
        return true;
    }

    @Override
    public Thread currentCarrier() {
        try {
            return (Thread) CURRENT_CARRIER.invokeExact();
        } catch (Throwable e) {
            throw VirtualThreads.unchecked(e);
        }
    }

    @Override
    public Executor scheduler(Thread virtualThread) {
        try {
            return (Executor) SCHEDULER.invokeExact(virtualThread);
        } catch (Throwable e) {
            throw VirtualThreads.unchecked(e);
        }
    }

    @Override
    public void finishYield(Thread yielded) {
        try {
            FINISH_YIELD.invokeExact(yielded);
        } catch (Throwable e) {
            throw VirtualThreads.unchecked(e);
        }
    }

    @Override
    public Executor jdkScheduler() {
        if (JDK_SCHEDULER == null) {
            throw MEMBERS.failure();
        }
        return (Executor) JDK_SCHEDULER;
    }
}
