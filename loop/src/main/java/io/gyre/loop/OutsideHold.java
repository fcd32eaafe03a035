package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.IdleLoop.Hold;
import io.gyre.loop.spi.OutsideWait;
import org.jspecify.annotations.Nullable;

/** Distinguishes the waits that the loop itself will end from those that only something outside can end. */
final class OutsideHold {
    private OutsideHold() {}

    /**
     * {@return the wait, or null if something on the loop will end it}
     *
     * @param task a task that is neither running nor ready
     * @param reason its wait reason
     * @param isParked whether it is parked in a call of this library
     */
    static @Nullable Hold of(Task<?> task, @Nullable Object reason, boolean isParked) {
        if (!isParked) {
            String where = "parked in " + ForeignPark.callOf(task.stackTrace());
            return new Hold(task.toString(), reason == null ? where : "waiting for " + Describe.object(reason), false);
        }
        return switch (reason) {
            case OutsideWait wait ->
                new Hold(task.toString(), "waiting for " + Describe.object(wait), wait instanceof ReadinessWait);
            case LoopFuture<?> future
            when future.isOfOtherLibrary() -> new Hold(task.toString(), "waiting for " + future, false);
            case null, default -> null;
        };
    }
}
