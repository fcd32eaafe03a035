package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;

/**
 * One task waits for another: to end, to release a lock, to give something back, to complete a future.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param from the task that waits
 * @param to the task that it waits for, perhaps of another loop
 * @param why what it waits for, in words
 */
public record WaitEdge(TaskRef from, TaskRef to, String why) {
    /** Makes the text fit for logs. */
    public WaitEdge {
        why = Describe.line(why);
    }
}
