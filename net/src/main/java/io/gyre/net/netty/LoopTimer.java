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
import java.util.stream.Collectors;
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
        var due = new Due(Objects.requireNonNull(task));
        pending.add(due);
        try {
            if (stopped) { // since it was added; stop finds those that were added before
                throw new RejectedExecutionException("this timer is stopped; make another by NettyLoops.timer");
            }
            due.begin(executor.schedule(due, delay, unit));
        } catch (RejectedExecutionException over) {
            pending.remove(due);
            throw over;
        }
        return due;
    }

    @Override
    public Set<Timeout> stop() {
        stopped = true;
        return pending.stream().filter(Timeout::cancel).collect(Collectors.toSet());
    }

    /* Whoever takes a timeout out of the pending ones decides its fate: it has fired, or it is cancelled. */

    private final class Due implements Timeout, Runnable {
        private final TimerTask task;
        private volatile @Nullable ScheduledFuture<?> future;
        private volatile boolean expired;
        private volatile boolean cancelled;

        Due(TimerTask task) {
            this.task = task;
        }

        void begin(ScheduledFuture<?> scheduled) {
            future = scheduled;
            if (cancelled) { // meanwhile, by another thread
                scheduled.cancel(false);
            }
        }

        @Override
        public void run() {
            if (!pending.remove(this)) {
                return;
            }
            expired = true;
            tell(task::run);
        }

        private interface Call {
            void on(Timeout timeout) throws Exception;
        }

        private void tell(Call call) {
            try {
                call.on(this);
            } catch (Throwable failure) {
                LOG.warn("the task of a timer failed: " + LowLevel.describe(task), failure);
            }
        }

        @Override
        public boolean cancel() {
            if (!pending.remove(this)) {
                return false;
            }
            cancelled = true;
            ScheduledFuture<?> scheduled = future;
            if (scheduled != null) {
                scheduled.cancel(false);
            }
            tell(task::cancelled);
            return true;
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
            return cancelled;
        }
    }
}
