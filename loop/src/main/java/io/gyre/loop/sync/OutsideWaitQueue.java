package io.gyre.loop.sync;

import io.gyre.loop.Task;
import io.gyre.loop.spi.OutsideWait;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for an event outside their loop.
 *
 * @param <V> the values that are handed to them
 */
final class OutsideWaitQueue<V> extends WaitQueue<V> {
    OutsideWaitQueue(String what) {
        super(what);
    }

    @Override
    Waiter<V> newWaiter(Task<?> task, Object place, @Nullable V value) {
        return new OutsideWaiter(task, place, value);
    }

    private final class OutsideWaiter extends Waiter<V> implements OutsideWait {
        OutsideWaiter(Task<?> task, Object place, @Nullable V value) {
            super(OutsideWaitQueue.this, task, place, value);
        }
    }
}
