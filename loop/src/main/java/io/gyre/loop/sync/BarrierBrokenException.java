package io.gyre.loop.sync;

/**
 * Thrown to tasks that wait at a broken {@link Barrier} or arrive at it.
 *
 * <p><b>Source:</b> asyncio {@code BrokenBarrierError}. Unchecked, unlike its namesake in {@code java.util.concurrent}.
 */
public final class BarrierBrokenException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    BarrierBrokenException(Barrier barrier, String why) {
        super(barrier + ": " + why);
    }
}
