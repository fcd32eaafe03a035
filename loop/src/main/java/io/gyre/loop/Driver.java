package io.gyre.loop;

import io.gyre.loop.internal.entry.DriverSeat;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.spi.Failure;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Runs a loop, tick after tick, until there is a reason to stop. One thread at a time. */
final class Driver {
    private final LoopCore loop;
    private final DriverSeat seat = new DriverSeat();

    /** The task that the current or last {@link #runUntilComplete} waits for. */
    private @Nullable VirtualThreadTask<?> main;

    /** Whether the current run ends after this tick. */
    private boolean stopping;

    /** The failure that ends the run; the run throws it. */
    private @Nullable Failure fatalFailure;

    Driver(LoopCore loop) {
        this.loop = loop;
    }

    // ---- running

    <T extends @Nullable Object, X extends Exception> T runUntilComplete(Body<T, X> body) throws X {
        enter("runUntilComplete");
        boolean interrupted = false;
        try {
            VirtualThreadTask<T> task = newMain(body, body::run);
            Observer caller = observe(task);
            loop.start(task);
            while (!isOver(task)) {
                loop.tick.run(Long.MAX_VALUE, Long.MAX_VALUE);
                if (loop.tick.takeInterrupt()) {
                    interrupted = true;
                    loop.cancelSoon(task, "the thread that runs the loop was interrupted");
                }
            }
            task.removeObserver(caller);
            checkNotFailed(task);
            return outcomeOf(task);
        } finally {
            leave(interrupted);
        }
    }

    <T extends @Nullable Object> VirtualThreadTask<T> newMain(Object origin, Callable<? extends T> body) {
        return new VirtualThreadTask<T>(loop, "main", CreationSite.ofTask(origin, loop.isDebug()), body);
    }

    /** Makes a task the one for which the current run takes place: the run observes its failure. */
    Observer observe(VirtualThreadTask<?> task) {
        var caller = new RunCaller(task);
        task.addObserver(caller);
        main = task;
        return caller;
    }

    /** {@return whether a run that waits for a task ends after this tick} */
    boolean isOver(VirtualThreadTask<?> task) {
        return task.isDone() || stopping;
    }

    void runForever() {
        enter("runForever");
        boolean interrupted = false;
        try {
            do {
                loop.tick.run(stopping ? 0 : Long.MAX_VALUE, Long.MAX_VALUE);
                if (loop.tick.takeInterrupt()) {
                    interrupted = true;
                    stopping = true;
                }
            } while (!stopping);
            checkNotFailed(null);
        } finally {
            leave(interrupted);
        }
    }

    int runOnce(long maxWaitNanos, long budgetNanos) {
        enter("runOnce");
        try {
            int steps = loop.tick.run(maxWaitNanos, budgetNanos);
            checkNotFailed(null);
            return steps;
        } finally {
            leave(loop.tick.takeInterrupt());
        }
    }

    // ---- stopping: loop thread

    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Stops, and makes the run throw the first failure for which it was stopped. */
    void stopFor(Failure failure) {
        fatalFailure = fatalFailure == null ? failure : fatalFailure;
        stop();
    }

    void cancelMain(String reason) {
        if (main != null) {
            loop.cancelSoon(main, reason);
        }
    }

    // ---- the driving thread

    boolean isDriven() {
        return seat.isTaken();
    }

    /** Makes the calling thread the driver. */
    void enter(String what) {
        requirePlatformThread(what);
        Thread driver = seat.take(Thread.currentThread());
        if (driver != null) {
            HostedRun<?> hosted = loop.hostedRun();
            throw new IllegalStateException(what + ": " + loop + " is already running, "
                    + (hosted == null ? "in " + Describe.object(driver) : hosted)
                    + ". Only one thread may drive a loop, and never from inside a tick.");
        }
        if (loop.isClosed()) {
            seat.leave();
            throw new LoopClosedException(loop, what);
        }
        Watchdog.wake();
        loop.takeOver();
    }

    /**
     * Ends what {@link #enter} has begun.
     *
     * @param interrupted whether the thread was interrupted meanwhile; its status is restored
     */
    void leave(boolean interrupted) {
        stopping = false;
        seat.leave();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static void requirePlatformThread(String what) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    what + " needs a platform thread, because the selector would block a virtual one; this is "
                            + Describe.object(Thread.currentThread()) + ". EventLoop.run works in both.");
        }
    }

    // ---- the outcome of a run

    /** Marks main's failure as observed if main ends before the run does. */
    private static final class RunCaller extends Observer {
        RunCaller(Completion<?> main) {
            super(main);
        }

        @Override
        void completed() {
            // The driver checks after each tick.
        }
    }

    /** Throws if a failure has stopped the current run; a failure of main is attached to it. */
    void checkNotFailed(@Nullable VirtualThreadTask<?> task) {
        Failure fatal = fatalFailure;
        fatalFailure = null;
        if (fatal != null) {
            var failed = new LoopFailedException(loop, fatal);
            Throwable failureOfMain = task == null ? null : task.failure();
            if (failureOfMain != null) {
                Failures.suppress(failed, failureOfMain);
            }
            throw failed;
        }
    }

    static IllegalStateException stoppedBefore(VirtualThreadTask<?> task) {
        return new IllegalStateException("the loop was stopped before " + task + " was done");
    }

    /** {@return the result of a task, for the caller who ran it} Throws what its body has thrown, unchanged. */
    @SuppressWarnings("unchecked") // the body throws X or something unchecked
    static <T extends @Nullable Object, X extends Exception> T outcomeOf(VirtualThreadTask<T> task) throws X {
        if (!task.isDone()) {
            throw stoppedBefore(task);
        }
        switch (task.failure()) {
            case null -> {
                return task.resultNow();
            }
            case Error error -> throw error;
            case Exception exception -> throw (X) exception;
            case Throwable other -> throw new IllegalStateException(task + " failed", other);
        }
    }
}
