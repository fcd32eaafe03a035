package io.gyre.net.netty;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;

/** A task's wait for one of Netty's futures; also the wait reason. */
final class FutureWait implements AbortHandler, GenericFutureListener<Future<Object>> {
    private final Task<?> task;
    private final Future<?> future;
    private final EventLoop loop = EventLoop.current();

    FutureWait(Task<?> task, Future<?> future) {
        this.task = task;
        this.future = future;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // a future of anything takes a listener of anything
    void await() {
        if (!future.isDone()) {
            ((Future) future).addListener(this);
            if (!future.isDone()) { // otherwise the listener may have been called already, in addListener
                LowLevel.park(this, this);
            }
        }
    }

    @Override
    public void operationComplete(Future<Object> done) {
        if (loop.inLoop()) {
            LowLevel.unpark(task, this);
            return;
        }
        try {
            loop.execute(() -> LowLevel.unpark(task, this));
        } catch (LoopClosedException over) {
            // closing has ended the wait
        }
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public boolean abort() {
        ((Future) future).removeListener(this);
        return true;
    }

    @Override
    public String toString() {
        return "Netty's " + LowLevel.describe(future);
    }
}
