package io.gyre.loop.sync;

/**
 * An acquired resource that a {@code try} statement releases.
 *
 * {@snippet :
 * try (var _ = lock.hold()) {
 *     balance -= amount;
 * }
 * }
 *
 * <p><b>Confinement:</b> loop thread.
 *
 * @see Lock#hold()
 * @see Semaphore#hold()
 * @see CapacityLimiter#hold()
 */
public final class Held implements AutoCloseable {
    private final Runnable release;
    private boolean released;

    Held(Runnable release) {
        this.release = release;
    }

    /** Releases the resource; further calls do nothing. <b>Suspends:</b> no. */
    @Override
    public void close() {
        if (!released) {
            release.run();
            released = true;
        }
    }
}
