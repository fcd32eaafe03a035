package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;

/**
 * Thrown when a task uses something that belongs to another loop, such as a stream, a lock or a task.
 *
 * <p>Pass values between loops instead: with {@link EventLoop#call}, or through a channel made for threads.
 */
public final class WrongLoopException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param what the object that was used
     * @param owner the loop that it belongs to
     * @param user the task or thread that used it
     * @param remedy what to do instead, as a sentence
     */
    WrongLoopException(Object what, EventLoop owner, Object user, String remedy) {
        super(Describe.object(what) + " belongs to " + owner + ", but was used by " + Describe.object(user)
                + describeLoop(user) + ", which called " + CalledMethod.name() + ". " + remedy);
    }

    private static String describeLoop(Object user) {
        return user instanceof Task<?> task ? " of " + task.loop() : "";
    }
}
