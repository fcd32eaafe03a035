package io.gyre.loop.process;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The calls that wait, who takes them, and whether that is over: all that the threads of a pool share. */
final class CallQueue {
    /*
     * Design.
     *
     * A driver counts as idle from before the future of its last call is completed until it has taken the next one, so
     * that whoever has waited for that future and submits again is served by the same child. Completing runs dependent
     * stages, which are user code and may block; that is left to a virtual thread, or a driver that counts as idle would
     * not be. All is over when the drivers have ended, and with them their children, and all futures are completed.
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

    /** {@return whether another driver has to be started, which counts as idle already} */
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

    /** {@return the next call, as soon as there is one; null if there will be none} In a driver. */
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

    /** Makes the driver idle, and has the call's future completed. In a driver. */
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
            complete(completion); // late rather than never: dependent stages may hold up this driver
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
     * Takes back a driver that {@link #add} has counted and that could not be started.
     *
     * @return the calls that wait for it and that no other driver will take
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

    /** Forgets a call that is waiting. */
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

    /** {@return the calls that nobody has taken, which from now on nobody will} */
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

    /** {@return the calls that a driver has taken} */
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

    /** {@return whether all has ended within a time} */
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

    /** For messages and tests: how many children there can be at this moment. */
    int drivers() {
        lock.lock();
        try {
            return drivers;
        } finally {
            lock.unlock();
        }
    }
}
