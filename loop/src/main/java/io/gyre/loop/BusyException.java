package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;

/**
 * Thrown when two tasks use something at the same time that only one task may use, such as the reading side of a
 * stream. The message names both.
 *
 * <p><b>Source:</b> trio {@code BusyResourceError}.
 */
public final class BusyException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param resource what is busy
     * @param holder the current user
     * @param intruder the second user
     */
    public BusyException(Object resource, Object holder, Object intruder) {
        super(Describe.object(intruder) + " cannot use " + Describe.object(resource) + " while "
                + Describe.object(holder) + " does. Let one task use it, or take turns with a lock.");
    }
}
