package io.gyre.loop;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Runs a body as a task of a loop while an outside thread waits for it. */
final class ForeignCall {
    private ForeignCall() {}

    static <T extends @Nullable Object, X extends Exception> T run(LoopCore loop, Body<T, X> body) throws X {
        VirtualThreadTask<T> task = create(loop, body, body::run);
        loop.checkNotDrivenByThisThread(task);
        start(task, () -> {});
        return PatientWait.<T, X>forOutcome(
                task,
                () -> ForeignWaiter.await(task),
                () -> cancel(task, "the thread that waits for the call was interrupted"),
                () -> Driver.outcomeOf(task));
    }

    static <T extends @Nullable Object> VirtualThreadTask<T> create(
            LoopCore loop, Object origin, Callable<? extends T> body) {
        return new VirtualThreadTask<>(loop, null, CreationSite.ofTask(origin, loop.isDebug()), body);
    }

    /**
     * Starts a task by a callback, where user code may run.
     *
     * @param ended called when the task has ended; its failure goes to the outside caller
     */
    static void start(VirtualThreadTask<?> task, Runnable ended) {
        task.loop.callSoonThreadsafe(() -> {
            task.whenDone(done -> ended.run());
            task.loop.checkTakesTasks("the start of a task");
            task.loop.startOrCancel(task);
        });
    }

    /** Cancels a task started by a callback that may not have run yet. */
    static void cancel(VirtualThreadTask<?> task, String reason) {
        task.loop.enter(() -> task.loop.cancelSoon(task, reason));
    }
}
