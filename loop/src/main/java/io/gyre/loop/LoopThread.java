package io.gyre.loop;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stands for a virtual thread of {@link EventLoop#threadFactory}: a task whose outcome nobody asks for. */
final class LoopThread extends VirtualThreadTask<@Nullable Void> {
    /*
     * Design.
     *
     * Other code starts the thread, from any thread, whenever it likes, or never. So the loop lists it from its first
     * step on, and learns of it by the continuation that arrives. From there it is like any task: closing the loop
     * cancels and awaits it. Only its failures go where those of a thread go.
     */
    private final Runnable code;

    LoopThread(LoopCore loop, Runnable code) {
        super(loop, null, CreationSite.ofTask(code, loop.isDebug()), null);
        this.code = code;
        thread().setName(loop.name() + "-thread-" + thread().threadId());
    }

    /** {@return a new thread of a loop, not started} Any thread. */
    static Thread create(LoopCore loop, Runnable code) {
        Objects.requireNonNull(code);
        loop.checkOpen("threadFactory().newThread");
        return new LoopThread(loop, code).thread();
    }

    @Override
    @Nullable
    Void call() {
        if (loop.inLoop()) { // otherwise the loop was closed before the thread was started
            loop.adopt(this);
        }
        try {
            code.run();
        } catch (Throwable failure) {
            leaveEndedScopes();
            if (CancelScope.isCancellation(this, failure) || loop.isEndedBy(failure)) {
                throw failure;
            }
            thread().getUncaughtExceptionHandler().uncaughtException(thread(), failure);
        }
        return null;
    }
}
