package io.gyre.loop.internal.vthread;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Scheduling} may be on a JDK to come: one scheduler for all threads, which sends each to the executor that
 * is attached to it, and threads that pass nothing on.
 */
final class RoutedScheduling implements Scheduling {
    private final Scheduling today = new SchedulerOfEachThread();

    /** The part of the one scheduler that knows a thread with an attachment. */
    private final class Route implements Executor {
        private final Executor attachment;
        private @Nullable Thread thread;
        private @Nullable Runnable continuation;

        Route(Executor attachment) {
            this.attachment = attachment;
        }

        @Override
        public void execute(Runnable runnable) {
            if (continuation == null) {
                continuation = runnable;
            }
            (runnable == continuation ? attachment : jdkScheduler()).execute(runnable);
        }
    }

    @Override
    public void check() {
        today.check();
    }

    @Override
    public Thread newThread(Executor scheduler, @Nullable String name, Runnable body) {
        var route = new Route(scheduler);
        Thread thread = today.newThread(route, name, body);
        route.thread = thread;
        return thread;
    }

    @Override
    public Thread newJdkThread(@Nullable String name, Runnable body) {
        return today.newJdkThread(name, body);
    }

    @Override
    public boolean passesOnScheduler() {
        return false;
    }

    @Override
    public Thread currentCarrier() {
        return today.currentCarrier();
    }

    @Override
    public @Nullable Executor scheduler(Thread virtualThread) {
        return today.scheduler(virtualThread) instanceof Route route && route.thread == virtualThread
                ? route.attachment
                : null;
    }

    @Override
    public void finishYield(Thread yielded) {
        today.finishYield(yielded);
    }

    @Override
    public Executor jdkScheduler() {
        return today.jdkScheduler();
    }
}
