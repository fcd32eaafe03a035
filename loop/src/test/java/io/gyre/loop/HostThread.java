package io.gyre.loop;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A thread with a queue of events, as a user interface has one. It counts what it runs. */
public final class HostThread implements Executor, AutoCloseable {
    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final Thread thread;
    private boolean over; // only for the thread
    private boolean ended;
    private volatile boolean refusing;
    private final AtomicInteger commands = new AtomicInteger();

    /** Starts the thread. */
    public HostThread() {
        thread = Thread.ofPlatform().daemon().name("host").start(this::run);
    }

    private void run() {
        while (!over) {
            Runnable event = take();
            commands.incrementAndGet();
            event.run();
        }
    }

    private void end() {
        over = true;
    }

    /** A host that waits for its next event leaves its interrupt status as it is. */
    private Runnable take() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return events.take();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void execute(Runnable event) {
        if (ended || refusing) {
            throw new RejectedExecutionException("the user interface has ended");
        }
        events.add(event);
    }

    /** Like a user interface that ignores what comes after its end. */
    public synchronized void executeOrDrop(Runnable event) {
        if (!ended) {
            events.add(event);
        }
    }

    /** Runs an event and waits for its result. */
    public <T extends @Nullable Object> T call(Callable<T> event) throws Exception {
        var call = new FutureTask<>(event);
        execute(call);
        return call.get();
    }

    /** Waits until the events have run that it has now. */
    public void settle() {
        var settled = new CountDownLatch(1);
        execute(settled::countDown);
        OtherThread.awaitUninterruptibly(settled);
    }

    /** {@return the thread} */
    public Thread thread() {
        return thread;
    }

    /** {@return how many events have begun so far} */
    public int commands() {
        return commands.get();
    }

    /** Rejects all further events. */
    public void refuse() {
        refusing = true;
    }

    /** Ends the thread after the events that it has. */
    @Override
    public synchronized void close() {
        ended = true;
        events.add(this::end);
    }
}
