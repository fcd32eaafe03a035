package io.gyre.loop.sync;

/**
 * Thrown when an item is put into a {@link Queue} that is shut down, or taken from one that is shut down and empty.
 *
 * <p><b>Source:</b> asyncio {@code QueueShutDown}.
 */
public final class QueueShutDownException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    QueueShutDownException(Queue<?> queue) {
        super(queue + " is shut down: it takes no more items, and ends once it is empty.");
    }
}
