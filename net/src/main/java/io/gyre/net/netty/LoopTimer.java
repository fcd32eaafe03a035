package io.gyre.net.netty;

import io.gyre.loop.LowLevel;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Netty's other kind of timer, without the thread of a wheel: each timeout is scheduled in an event loop. */
final class LoopTimer implements Timer {
    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(LoopTimer.class);

    private final EventExecutor executor;
    private final Set<Due> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    LoopTimer(EventExecutor executor) {
        this.executor = executor;
    }

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        if (stopped) {
            throw new RejectedExecutionException("this timer is stopped; make another by NettyLoops.timer");
        }
        var due = new Due(Objects.requireNonNull(task));
        pending.add(due);
        due.future = executor.schedule(due, delay, unit);
        return due;
    }

    @Override
    public Set<Timeout> stop() {
        stopped = true;
        Set<Timeout> left = Set.copyOf(pending);
        left.forEach(Timeout::cancel);
        return left;
    }

    private final class Due implements Timeout, Runnable {
        private final TimerTask task;
        private volatile @Nullable ScheduledFuture<?> future;
        private volatile boolean expired;

        Due(TimerTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            expired = true;
            pending.remove(this);
            try {
                task.run(this);
            } catch (Throwable failure) {
                LOG.warn("the task of a timer failed: " + LowLevel.describe(task), failure);
            }
        }

        @Override
        public boolean cancel() {
            ScheduledFuture<?> scheduled = future;
            pending.remove(this);
            return scheduled != null && scheduled.cancel(false);
        }

        @Override
        public Timer timer() {
            return LoopTimer.this;
        }

        @Override
        public TimerTask task() {
            return task;
        }

        @Override
        public boolean isExpired() {
            return expired;
        }

        @Override
        public boolean isCancelled() {
            ScheduledFuture<?> scheduled = future;
            return scheduled != null && scheduled.isCancelled();
        }
    }
}
