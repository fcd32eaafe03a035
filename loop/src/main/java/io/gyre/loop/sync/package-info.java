/**
 * Locks, queues and channels for the tasks of one loop.
 *
 * <p>Rules that all of them keep:
 *
 * <ul>
 *   <li><b>Order:</b> first come, first served. Who comes later never overtakes one who waits, not even with a smaller
 *       request, nor with a {@code try…} method.
 *   <li><b>Suspends:</b> each suspending call is a checkpoint, also when it does not have to wait, and counts against the
 *       task's budget, so that an always-ready queue lets others run.
 *   <li><b>Cancellation:</b> is raised before anything is taken. What has been handed to a waiting task is delivered, even
 *       if the task is cancelled before it resumes. A cancelled task leaves its place in O(1), and nothing behind.
 *   <li><b>Confinement:</b> one loop. It belongs to the loop that first uses it, until that is closed; creating it is no
 *       use. Tasks and callbacks may call all of it, tasks of other loops get
 *       {@link io.gyre.loop.WrongLoopException}, other threads {@link java.lang.WrongThreadException}, or
 *       {@link java.lang.IllegalStateException} where the call would suspend. Read-only methods are not checked. A
 *       {@link io.gyre.loop.sync.ThreadChannel} is what passes values between loops, and threads that have none.
 *   <li><b>Names:</b> are optional, and appear in {@link io.gyre.loop.Task#waitsFor()} and in messages.
 * </ul>
 *
 * <p>{@link io.gyre.loop.sync.Flows} leads to and from the reactive streams of the JDK.
 *
 * <p>Written on the public API of {@code io.gyre.loop} alone: {@link io.gyre.loop.LowLevel} is enough to add more.
 */
@NullMarked
package io.gyre.loop.sync;

import org.jspecify.annotations.NullMarked;
