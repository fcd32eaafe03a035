package io.gyre.net.netty;

import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ImmediateEventExecutor;

/** Told where it is completed: Netty's own executor for such futures would start a thread. */
final class EndPromise extends DefaultPromise<Object> {
    EndPromise() {
        super(ImmediateEventExecutor.INSTANCE);
    }

    /** The executor counts every thread as its own, but only a handler would wait for itself. */
    @Override
    protected void checkDeadLock() {
        Netty.requireNoHandler();
    }
}
