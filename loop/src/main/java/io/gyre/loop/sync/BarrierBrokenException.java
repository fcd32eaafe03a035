package io.gyre.loop.sync;

/**
 * Thrown to tasks that wait at a {@link Barrier}, or come to it, when it is broken.
 *
 * <p><b>Source:</b> asyncio {@code BrokenBarrierError}. Unchecked, unlike the one of {@code java.util.concurrent}.
 */
public final class BarrierBrokenException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    BarrierBrokenException(Barrier barrier, String why) {
        super(barrier + ": " + why);
    }
}
