/**
 * Locks, queues and channels for the tasks of one loop.
 *
 * <p>All of them follow these rules:
 *
 * <ul>
 *   <li><b>Order:</b> first come, first served. A later caller never overtakes a waiting task, not even with a smaller
 *       request or with a {@code try…} method.
 *   <li><b>Suspends:</b> each suspending call is a checkpoint, also when it does not have to wait, and counts against the
 *       task's budget, so that an always-ready queue lets others run.
 *   <li><b>Cancellation:</b> is raised before anything is taken. A value handed to a waiting task is delivered, even if
 *       the task is cancelled before it resumes. A cancelled task leaves its queue in O(1) and leaves nothing behind.
 *   <li><b>Confinement:</b> one loop. A primitive belongs to the loop that first uses it, until that loop is closed;
 *       creating it does not count as use. Tasks and callbacks may call all methods. Tasks of other loops get
 *       {@link io.gyre.loop.WrongLoopException}, other threads {@link java.lang.WrongThreadException}, or
 *       {@link java.lang.IllegalStateException} where the call would suspend. Read-only methods are not checked. To
 *       pass values between loops and threads without a loop, use a {@link io.gyre.loop.sync.ThreadChannel}.
 *   <li><b>Names:</b> are optional, and appear in {@link io.gyre.loop.Task#waitsFor()} and in messages.
 * </ul>
 *
 * <p>{@link io.gyre.loop.sync.Flows} converts to and from the reactive streams of the JDK.
 *
 * <p>This package uses only the public API of {@code io.gyre.loop}: {@link io.gyre.loop.LowLevel} is enough to add more
 * primitives.
 */
@NullMarked
package io.gyre.loop.sync;

import org.jspecify.annotations.NullMarked;
