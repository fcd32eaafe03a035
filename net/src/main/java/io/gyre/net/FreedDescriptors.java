package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopLocal;
import org.jspecify.annotations.Nullable;

/** Tells code that waits for a file descriptor that a socket of this loop has been closed. */
final class FreedDescriptors {
    static final LoopLocal<FreedDescriptors> OF_LOOP = LoopLocal.withInitial(FreedDescriptors::new);

    private @Nullable LoopFuture<@Nullable Void> next;

    /** {@return a future that completes when a socket of this loop is closed} */
    LoopFuture<@Nullable Void> next() {
        LoopFuture<@Nullable Void> present = next;
        if (present == null || present.isDone()) {
            present = EventLoop.current().createFuture();
            next = present;
        }
        return present;
    }

    /** Reports a closed socket. The system gets its descriptor back when the loop next polls. */
    void one() {
        if (next != null) {
            next.setResult(null);
            next = null;
        }
    }
}
