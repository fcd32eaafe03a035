package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopLocal;
import org.jspecify.annotations.Nullable;

/** Tells those who wait for a file descriptor that a socket of this loop has given one back. */
final class FreedDescriptors {
    static final LoopLocal<FreedDescriptors> OF_LOOP = LoopLocal.withInitial(FreedDescriptors::new);

    private @Nullable LoopFuture<@Nullable Void> next;

    /** {@return a future that is done when a socket of this loop is closed} */
    LoopFuture<@Nullable Void> next() {
        LoopFuture<@Nullable Void> present = next;
        if (present == null || present.isDone()) {
            present = EventLoop.current().createFuture();
            next = present;
        }
        return present;
    }

    /** Says that a socket was closed. The system has its descriptor back when the loop has polled the next time. */
    void one() {
        if (next != null) {
            next.setResult(null);
            next = null;
        }
    }
}
