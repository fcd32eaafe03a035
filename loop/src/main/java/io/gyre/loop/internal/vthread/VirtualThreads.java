package io.gyre.loop.internal.vthread;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads with a scheduler of the caller's choice, and access to facts about them that only the JDK knows.
 *
 * <p><b>Confinement:</b> any thread.
 *
 * <p><b>Source:</b> the inside of the JDK, hence {@link RequiredFlag}: it has no public way to choose a scheduler. See
 * {@link Scheduling}.
 */
public final class VirtualThreads {
    /** Names another class that implements {@link Scheduling}. For tests. */
    static final String IMPLEMENTATION = "io.gyre.loop.scheduling";

    private static final Scheduling JDK = choose(System.getProperty(IMPLEMENTATION));

    private VirtualThreads() {}

    private static Scheduling choose(@Nullable String name) {
        if (name == null) {
            return new SchedulerOfEachThread();
        }
        try {
            var constructor = Class.forName(name).getDeclaredConstructor();
            return (Scheduling) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("-D" + IMPLEMENTATION + "=" + name + " names no class that can be used", e);
        }
    }

    /**
     * Fails if this JVM cannot run loops.
     *
     * @throws IllegalStateException if the JVM was started without the flag that is needed, or the JDK's inside has
     *     changed; the message says what is missing
     */
    public static void check() {
        RequiredFlag.check();
        JDK.check();
    }

    /**
     * Creates an unstarted virtual thread.
     *
     * @param scheduler the JDK calls it, from any thread, with the continuation to run each time the thread becomes
     *     runnable; and, on a JDK that {@linkplain #passesOnScheduler passes it on}, with those of the virtual threads
     *     that the thread starts
     * @param name the thread's name, or null for none
     * @param body what the thread runs
     * @return the thread, not started
     */
    public static Thread newThread(Executor scheduler, @Nullable String name, Runnable body) {
        return JDK.newThread(scheduler, name, body);
    }

    /**
     * Creates an unstarted virtual thread with the JDK's own scheduler, whatever the scheduler of the caller.
     *
     * @param name the thread's name, or null for none
     * @param body what the thread runs
     * @return the thread, not started
     */
    public static Thread newJdkThread(@Nullable String name, Runnable body) {
        return JDK.newJdkThread(name, body);
    }

    /** {@return whether a virtual thread passes its scheduler on to the virtual threads that it starts} */
    public static boolean passesOnScheduler() {
        return JDK.passesOnScheduler();
    }

    /** {@return the platform thread that executes this call, also in a virtual thread} */
    public static Thread currentCarrier() {
        return JDK.currentCarrier();
    }

    /**
     * {@return the scheduler of a virtual thread, if it is one of ours}
     *
     * @param virtualThread a thread for which {@link Thread#isVirtual()} is true
     */
    public static @Nullable Executor scheduler(Thread virtualThread) {
        return JDK.scheduler(virtualThread);
    }

    /**
     * Completes the JDK's work after a virtual thread has yielded, if it ran out of memory in the middle. Carrier.
     *
     * @param yielded an unmounted thread; if the JDK has completed its work, this does nothing
     */
    public static void finishYield(Thread yielded) {
        JDK.finishYield(yielded);
    }

    /** {@return the JDK's scheduler, for continuations of virtual threads that outlive their loop} */
    public static Executor jdkScheduler() {
        return JDK.jdkScheduler();
    }

    /**
     * Makes the JDK create its poller threads now, on a platform thread, if they would otherwise get the scheduler of a
     * task.
     *
     * <p>They are virtual threads. If a task caused their creation, all blocking socket I/O of the JVM's virtual threads
     * would stop when the task's loop is closed.
     */
    public static void startJdkPollers() {
        if (!passesOnScheduler()) {
            return;
        }
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
            throw new IllegalStateException(
                    "JDK " + Runtime.version()
                            + " lacks sun.nio.ch.Poller, whose threads must exist before the first task. Use a later"
                            + " release of Gyre, or an older JDK from 25 on.",
                    e);
        }
    }

    /** Rethrows what a handle has thrown: the JDK's members and ours throw nothing checked. */
    static IllegalStateException unchecked(Throwable e) {
        switch (e) {
            case Error error -> throw error;
            case RuntimeException failure -> throw failure;
            default -> throw new IllegalStateException("a JDK method failed unexpectedly; please report this", e);
        }
    }
}
