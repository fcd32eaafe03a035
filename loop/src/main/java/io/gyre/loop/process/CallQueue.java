package io.gyre.loop.process;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The state that the threads of a pool share: the waiting calls, the drivers that take them, and the shutdown. */
final class CallQueue {
    /*
     * Design.
     *
     * A driver counts as idle from before the future of its last call is completed until it has taken the next one, so
     * a caller that has waited for this future and submits again gets the same child. Completing a future runs its
     * dependent stages, which are user code and may block; so a virtual thread completes it, otherwise a driver could
     * count as idle and be blocked. The pool has terminated when the drivers and their children have ended and all
     * futures are completed.
     */
    private final int maxDrivers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition callOrShutdown = lock.newCondition();
    private final Condition terminated = lock.newCondition();
    private final ArrayDeque<RemoteCall<?>> waiting = new ArrayDeque<>();
    private final Set<RemoteCall<?>> taken = new HashSet<>();
    private int drivers;
    private int idle;
    private int completing;
    private boolean shutdown;

    CallQueue(int maxDrivers) {
        this.maxDrivers = maxDrivers;
    }

    /** {@return whether another driver must be started; it counts as idle already} */
    boolean add(RemoteCall<?> call) {
        lock.lock();
        try {
            if (shutdown) {
                throw new RejectedExecutionException(call + " comes too late: the process pool was shut down");
            }
            waiting.add(call);
            callOrShutdown.signal();
            boolean another = idle < waiting.size() && drivers < maxDrivers;
            if (another) {
                drivers++;
                idle++;
            }
            return another;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the next call, once there is one; null if there will be no more} In a driver. */
    @Nullable
    RemoteCall<?> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !shutdown) {
                callOrShutdown.awaitUninterruptibly();
            }
            idle--;
            RemoteCall<?> call = waiting.poll();
            if (call != null) {
                taken.add(call);
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the driver idle and completes the call's future. In a driver. */
    void finish(RemoteCall<?> call, Runnable completion) {
        lock.lock();
        try {
            taken.remove(call);
            idle++;
            completing++;
        } finally {
            lock.unlock();
        }
        try {
            Thread.ofVirtual().name("gyre-process-completion").start(() -> complete(completion));
        } catch (OutOfMemoryError noThread) {
            complete(completion); // better here than never: dependent stages may hold up this driver
        }
    }

    private void complete(Runnable completion) {
        try {
            completion.run();
        } finally {
            lock.lock();
            try {
                completing--;
                terminated.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Takes back a driver that {@link #add} has counted but that could not be started.
     *
     * @return the waiting calls that no other driver will take
     */
    List<RemoteCall<?>> driverNotStarted() {
        lock.lock();
        try {
            drivers--;
            idle--;
            terminated.signalAll();
            if (drivers > 0) {
                return List.of();
            }
            List<RemoteCall<?>> stranded = List.copyOf(waiting);
            waiting.clear();
            return stranded;
        } finally {
            lock.unlock();
        }
    }

    void driverEnded() {
        lock.lock();
        try {
            drivers--;
            terminated.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Removes a waiting call. */
    void withdraw(RemoteCall<?> call) {
        lock.lock();
        try {
            waiting.remove(call);
        } finally {
            lock.unlock();
        }
    }

    void shutdown() {
        lock.lock();
        try {
            shutdown = true;
            callOrShutdown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the calls that no driver has taken, and that no driver will take from now on} */
    List<Runnable> drain() {
        lock.lock();
        try {
            List<Runnable> drained = List.copyOf(waiting);
            waiting.clear();
            return drained;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the calls that drivers have taken} */
    List<RemoteCall<?>> taken() {
        lock.lock();
        try {
            return List.copyOf(taken);
        } finally {
            lock.unlock();
        }
    }

    boolean isShutdown() {
        lock.lock();
        try {
            return shutdown;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the pool terminated in time} */
    boolean awaitTermination(long timeoutNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeoutNanos;
            while (!isTerminated()) {
                if (left <= 0) {
                    return false;
                }
                left = terminated.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isTerminated() {
        lock.lock();
        try {
            return shutdown && drivers == 0 && completing == 0;
        } finally {
            lock.unlock();
        }
    }

    /** For messages and tests: the largest possible number of children at the moment. */
    int drivers() {
        lock.lock();
        try {
            return drivers;
        } finally {
            lock.unlock();
        }
    }
}
