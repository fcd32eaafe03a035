package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.dump.TaskRef;
import io.gyre.loop.dump.Wait;
import java.util.List;

/** Waits for primitives as data, for dumps. Any thread, while the loop goes on: counts may be out of date. */
final class WaitData {
    private WaitData() {}

    /**
     * {@return the wait for a primitive}
     *
     * @param primitive the primitive, or an end of it
     * @param words the wait in words
     */
    static Wait of(Object primitive, String words) {
        return switch (primitive) {
            case Lock lock -> ofLock(lock.statistics(), words);
            case Queue<?> queue -> new Wait.OnQueue(words, queue.size(), queue.capacity());
            case Sender<?> sender -> ofChannel(sender.statistics(), words);
            case Receiver<?> receiver -> ofChannel(receiver.statistics(), words);
            case Semaphore semaphore -> new Wait.OnPermits(words, semaphore.permits(), List.of());
            case CapacityLimiter limiter -> ofLimiter(limiter.statistics(), words);
            default -> new Wait.OnOther(words);
        };
    }

    private static Wait ofLock(Lock.Statistics lock, String words) {
        Task<?> owner = lock.owner();
        return new Wait.OnLock(words, owner == null ? null : LowLevel.refTo(owner), lock.waiting());
    }

    private static Wait ofChannel(Channel.Statistics channel, String words) {
        return new Wait.OnQueue(words, channel.buffered(), channel.capacity());
    }

    /** Only if all borrowers are tasks: another borrower may give its token back whatever tasks do. */
    private static Wait ofLimiter(CapacityLimiter.Statistics limiter, String words) {
        boolean tasks = limiter.borrowers().stream().allMatch(Task.class::isInstance);
        List<TaskRef> holders = !tasks
                ? List.of()
                : limiter.borrowers().stream()
                        .map(borrower -> LowLevel.refTo((Task<?>) borrower))
                        .toList();
        return new Wait.OnPermits(words, Math.max(0, limiter.total() - limiter.borrowed()), holders);
    }
}
