package io.gyre.loop;

/**
 * Undoes a wait when it is cancelled, and identifies the wait: {@link LowLevel#unpark(Task, AbortHandler)} ends the
 * wait with the given handler and no other. So use a handler object for one wait at a time.
 *
 * <p><b>Confinement:</b> called on the loop thread, by the code that cancels, or in the task when its wait ends by an
 * error; must not suspend and must not throw. <b>Errors:</b> what a handler throws goes to the failure handler, and the
 * wait counts as undone.
 *
 * <p><b>Source:</b> trio's {@code abort_fn}.
 */
@FunctionalInterface
public interface AbortHandler {
    /**
     * Removes everything that would unpark the waiting task: its place in a queue, its timer, its interest.
     *
     * @return true if the wait was undone, and the task gets {@link CancelledException}; false if the wait can no
     *     longer be undone, and the task stays parked until it is unparked
     */
    boolean abort();
}
