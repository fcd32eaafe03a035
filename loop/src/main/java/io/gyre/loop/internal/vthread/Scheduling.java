package io.gyre.loop.internal.vthread;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How virtual threads with a scheduler of ours are made on a JDK, and what can be asked about them.
 *
 * <p><b>Confinement:</b> any thread.
 */
interface Scheduling {
    /*
     * Design.
     *
     * There is one implementation, SchedulerOfEachThread, for the JDKs from 25 on: the scheduler is an argument of the
     * thread's constructor, and a virtual thread passes it on to those that it starts.
     *
     * The branch of the JDK in which custom schedulers are developed does it the other way round. The process has one
     * Thread.VirtualThreadScheduler, whose class -Djdk.virtualThreadScheduler.implClass names. The JDK passes it a task
     * for each thread, once when the thread starts and once each time the thread goes on; a task carries an attachment.
     * So the second implementation is such a scheduler: newThread attaches our Executor, the scheduler gives the task
     * to the Executor that is attached and to the built-in scheduler otherwise, and scheduler() reads the attachment.
     * Nothing is passed on to the threads that a thread starts, so passesOnScheduler() is false. It says in check() that
     * the property is missing, as SchedulerOfEachThread says which member is.
     *
     * Nothing outside of this package knows which implementation it is. Code may rely on what the methods say, and not
     * on the identity of continuations, nor on inheritance: what must run on a loop is made by newThread.
     *
     * The instance is a static final field of VirtualThreads, so the JIT knows its class, and its calls cost what those
     * of static methods do. Handles are static final in the implementation, for the same reason.
     */

    /** Throws an {@code IllegalStateException} that says what is missing, if this cannot work. */
    void check();

    /**
     * {@return a new thread, not started}
     *
     * @param scheduler called from any thread with the continuation of the thread, each time that it becomes runnable;
     *     the first continuation that it gets is always that of this thread, and all later ones of the thread are the
     *     same object
     * @param name the thread's name, or null for none
     * @param body what the thread runs
     */
    Thread newThread(Executor scheduler, @Nullable String name, Runnable body);

    /**
     * {@return a new thread with the JDK's own scheduler, not started}
     *
     * @param name the thread's name, or null for none
     * @param body what the thread runs
     */
    Thread newJdkThread(@Nullable String name, Runnable body);

    /** {@return whether a virtual thread that is started in a thread of ours gets the scheduler of that thread} */
    boolean passesOnScheduler();

    /** {@return the platform thread that executes this call} */
    Thread currentCarrier();

    /** {@return the scheduler that a virtual thread was made with or got from its starter, or anything else} */
    @Nullable
    Executor scheduler(Thread virtualThread);

    /**
     * Completes what the JDK does after a virtual thread has yielded, if it ran out of memory in the middle. Carrier.
     *
     * @param yielded an unmounted thread
     */
    void finishYield(Thread yielded);

    /** {@return what runs the continuations of threads whose own scheduler does not any more} */
    Executor jdkScheduler();
}
