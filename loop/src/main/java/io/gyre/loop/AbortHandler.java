package io.gyre.loop;

/**
 * Undoes a wait that is to be cancelled, and identifies it: {@link LowLevel#unpark(Task, AbortHandler)} ends the wait of a
 * certain handler and no other. So a handler is an object that serves one wait at a time.
 *
 * <p><b>Confinement:</b> called on the loop thread, in whatever cancels, or in the task when its wait ends by an error: must
 * not suspend and must not throw. <b>Errors:</b> what a handler throws goes to the failure handler, and the wait counts as
 * undone.
 *
 * <p><b>Source:</b> trio's {@code abort_fn}.
 */
@FunctionalInterface
public interface AbortHandler {
    /**
     * Takes back everything that would unpark the waiting task: its place in a queue, its timer, its interest.
     *
     * @return true if that was done, and the task gets {@link CancelledException}; false if the wait cannot be undone
     *     any more, and the task stays parked until it is unparked
     */
    boolean abort();
}
