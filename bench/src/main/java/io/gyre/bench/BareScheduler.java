package io.gyre.bench;

import io.gyre.loop.internal.vthread.VirtualThreads;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * The floor under a loop: virtual threads on nothing but a queue, driven by the calling thread.
 *
 * <p><b>Confinement:</b> one platform thread, and the virtual threads that it carries.
 */
public final class BareScheduler implements Executor {
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();

    @Override
    public void execute(Runnable continuation) {
        ready.add(continuation);
    }

    /** {@return a virtual thread on this scheduler, not started} */
    public Thread newThread(Runnable body) {
        return VirtualThreads.newThread(this, null, body);
    }

    /** Runs so many continuations, if there are as many; those that yield come round again. */
    public void run(int continuations) {
        for (int i = 0; i < continuations; i++) {
            Runnable next = ready.poll();
            if (next == null) {
                return;
            }
            next.run();
        }
    }

    /** Runs until every virtual thread has ended or is parked. */
    public void runUntilIdle() {
        for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
            next.run();
        }
    }
}
