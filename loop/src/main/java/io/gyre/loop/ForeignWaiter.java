package io.gyre.loop;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A thread outside the loop that waits for something on it: it enters the loop to be listed, and parks on a latch. */
final class ForeignWaiter extends Observer {
    private final CountDownLatch told = new CountDownLatch(1);

    private ForeignWaiter(Completion<?> completion) {
        super(completion);
    }

    /** For {@link Preload}. */
    static void touch() {}

    static void await(Completion<?> completion) throws InterruptedException {
        boolean told = await(completion, Long.MAX_VALUE);
        assert told;
    }

    static boolean await(Completion<?> completion, long timeoutNanos) throws InterruptedException {
        LoopCore loop = completion.loop;
        loop.checkNotDrivenByThisThread(completion);
        var waiter = new ForeignWaiter(completion);
        boolean entered = loop.enter(waiter::list);
        if (entered) {
            boolean told = false;
            try {
                told = waiter.told.await(timeoutNanos, TimeUnit.NANOSECONDS);
            } finally {
                if (!told) {
                    loop.enter(waiter::unlist);
                }
            }
            if (!told) {
                return false;
            }
        }
        if (!completion.isDone()) {
            throw new LoopClosedException(loop, completion + " will not be completed");
        }
        return true;
    }

    private void list() {
        if (completion().isDone()) {
            told.countDown();
        } else {
            completion().loop.foreignWaiters.add(this); // first: this needs memory, and may be retried
            completion().addObserver(this);
        }
    }

    private void unlist() {
        completion().removeObserver(this);
        completion().loop.foreignWaiters.remove(this);
    }

    @Override
    void completed() {
        completion().loop.foreignWaiters.remove(this);
        told.countDown();
    }

    /** Releases the thread without a result: the loop has closed. */
    void release() {
        told.countDown();
    }
}
