package io.gyre.loop;

/**
 * Undoes a wait that is to be cancelled.
 *
 * <p><b>Confinement:</b> called on the loop thread, in whatever cancels: must not suspend and must not throw.
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
