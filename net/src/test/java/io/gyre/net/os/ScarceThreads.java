package io.gyre.net.os;

import java.util.concurrent.ThreadFactory;

/** Makes threads that the system does not start while they are scarce: no machine has the memory for their stacks. */
final class ScarceThreads implements ThreadFactory {
    private static final long TOO_LARGE_STACK_BYTES = 1L << 50;

    private final String name;
    private volatile boolean scarce = true;

    ScarceThreads(String name) {
        this.name = name;
    }

    void setScarce(boolean scarce) {
        this.scarce = scarce;
    }

    @Override
    public Thread newThread(Runnable body) {
        var thread = new Thread(null, body, name, scarce ? TOO_LARGE_STACK_BYTES : 0);
        thread.setDaemon(true);
        return thread;
    }
}
