package io.gyre.loop.internal.vthread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads with a scheduler of the caller's choice, and access to facts about them that only the JDK knows.
 *
 * <p><b>Confinement:</b> any thread.
 *
 * <p><b>Source:</b> JDK 25, {@code java.lang.ThreadBuilders.newVirtualThread} and {@code java.lang.VirtualThread}. The
 * JDK's own tests use that method; there is no public one, hence {@link RequiredFlag}.
 */
public final class VirtualThreads {
    /*
     * Design.
     *
     * Everything is resolved once, into static final handles, which the JIT treats as constants: currentCarrier() is
     * the intrinsic itself, scheduler() a field load. Rejected: a ThreadLocal for "which task am I", because a
     * thread-local map costs every parked task more bytes than its whole wait state; a map from carrier to loop,
     * because it needs a lock-free read on each call.
     */

    private static final MethodHandle NEW_VIRTUAL_THREAD;
    private static final MethodHandle CURRENT_CARRIER;
    private static final MethodHandle SCHEDULER;
    private static final MethodHandle FINISH_YIELD;
    private static final Executor DEFAULT_SCHEDULER;

    static {
        RequiredFlag.check();
        try {
            var lookup = MethodHandles.lookup();
            var builders = Class.forName("java.lang.ThreadBuilders");
            NEW_VIRTUAL_THREAD = MethodHandles.privateLookupIn(builders, lookup)
                    .findStatic(
                            builders,
                            "newVirtualThread",
                            MethodType.methodType(
                                    Thread.class, Executor.class, String.class, int.class, Runnable.class));
            CURRENT_CARRIER = MethodHandles.privateLookupIn(Thread.class, lookup)
                    .findStatic(Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
            var virtualThread = Class.forName("java.lang.VirtualThread");
            var inVirtualThread = MethodHandles.privateLookupIn(virtualThread, lookup);
            SCHEDULER = inVirtualThread
                    .findGetter(virtualThread, "scheduler", Executor.class)
                    .asType(MethodType.methodType(Executor.class, Thread.class));
            FINISH_YIELD = inVirtualThread
                    .findVirtual(virtualThread, "afterYield", MethodType.methodType(void.class))
                    .asType(MethodType.methodType(void.class, Thread.class));
            DEFAULT_SCHEDULER = (Executor) inVirtualThread
                    .findStatic(virtualThread, "defaultScheduler", MethodType.methodType(Executor.class))
                    .invoke();
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "Gyre runs on JDK 25; this is " + Runtime.version()
                            + ", whose virtual threads are implemented differently."
                            + " Start the program with a JDK 25.",
                    e);
        }
    }

    private VirtualThreads() {}

    /**
     * Creates an unstarted virtual thread.
     *
     * @param scheduler the JDK calls it, from any thread, with the continuation to run each time the thread, or a
     *     virtual thread that it starts, becomes runnable
     * @param name the thread's name, or null for none
     * @param body what the thread runs
     * @return the thread, not started
     */
    public static Thread newThread(Executor scheduler, @Nullable String name, Runnable body) {
        try {
            return (Thread) NEW_VIRTUAL_THREAD.invokeExact(scheduler, name, 0, body);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@return the platform thread that executes this call, also in a virtual thread} */
    public static Thread currentCarrier() {
        try {
            return (Thread) CURRENT_CARRIER.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@return the scheduler of a virtual thread}
     *
     * @param virtualThread a thread for which {@link Thread#isVirtual()} is true
     */
    public static Executor scheduler(Thread virtualThread) {
        try {
            return (Executor) SCHEDULER.invokeExact(virtualThread);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Completes the JDK's work after a virtual thread has yielded, if it ran out of memory in the middle. Carrier.
     *
     * @param yielded an unmounted thread; if the JDK has completed its work, this does nothing
     */
    public static void finishYield(Thread yielded) {
        try {
            FINISH_YIELD.invokeExact(yielded);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@return the JDK's scheduler, for virtual threads that outlive their loop} */
    public static Executor defaultScheduler() {
        return DEFAULT_SCHEDULER;
    }

    /**
     * Makes the JDK create its poller threads now, on a platform thread.
     *
     * <p>They are virtual threads, and inherit the scheduler of the thread that causes their creation. If a task caused
     * it, all blocking socket I/O of the JVM's virtual threads would stop when the task's loop is closed.
     */
    public static void startJdkPollers() {
        if (!Thread.currentThread().isVirtual()) {
            initializePollers();
            return;
        }
        Thread starter = Thread.ofPlatform().daemon().name("gyre-jdk-pollers").start(VirtualThreads::initializePollers);
        boolean interrupted = false;
        while (starter.isAlive()) {
            try {
                starter.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void initializePollers() {
        try {
            Class.forName("sun.nio.ch.Poller");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("a JDK without sun.nio.ch.Poller: " + Runtime.version(), e);
        }
    }

    /** Rethrows the errors that the JVM itself may throw anywhere. */
    private static IllegalStateException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a JDK method failed unexpectedly; please report this", e);
    }
}
