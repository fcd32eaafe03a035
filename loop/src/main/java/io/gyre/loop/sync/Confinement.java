package io.gyre.loop.sync;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import org.jspecify.annotations.Nullable;

/** The loop that owns a primitive, and the check that no other loop uses it. */
final class Confinement {
    /*
     * Design.
     *
     * A primitive may be created where no loop runs, in a static field for example, so the first use decides. A closed
     * loop has cancelled all its tasks, so no task waits any more, and the next loop may take the primitive.
     *
     * The field is volatile to detect misuse: another thread must see that there is an owner. Loop code writes it once.
     */
    private final Object primitive;
    private volatile @Nullable EventLoop loop;

    Confinement(Object primitive) {
        this.primitive = primitive;
    }

    /** Begins an operation that may suspend. */
    Task<?> checkpoint() {
        Task<?> task = LowLevel.checkpoint();
        if (task.loop() != loop) {
            adopt(task.loop());
        }
        return task;
    }

    /** Begins an operation that does not suspend. */
    void check() {
        EventLoop owner = loop;
        if (owner == null || !owner.inLoop()) {
            adopt(currentLoop());
        }
    }

    private EventLoop currentLoop() {
        try {
            return EventLoop.current();
        } catch (IllegalStateException e) {
            EventLoop owner = loop;
            throw new WrongThreadException(
                    LowLevel.calledMethod() + " of " + primitive + " must run on the thread of "
                            + (owner == null ? "a loop" : owner)
                            + ", but was called on " + LowLevel.describe(Thread.currentThread())
                            + ". Use loop.call(() -> ...) there, or callSoonThreadsafe if nobody waits for it.",
                    e);
        }
    }

    private void adopt(EventLoop newOwner) {
        EventLoop owner = loop;
        if (owner != null && !owner.isClosed()) {
            LowLevel.checkLoop(
                    primitive, owner, "Give each loop its own, or use loop.call(() -> ...) to reach the loop.");
        }
        loop = newOwner;
    }
}
