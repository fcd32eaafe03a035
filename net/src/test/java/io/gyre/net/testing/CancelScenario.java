package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Combinators;
import io.gyre.loop.Combinators.When;
import io.gyre.loop.Task;
import java.util.List;
import java.util.concurrent.Future.State;

/** One call that suspends: how it comes to wait, how it completes, and what a cancellation leaves of it. */
abstract class CancelScenario {
    /** When a call is cancelled. */
    enum Moment {
        BEFORE("before it begins"),
        WAITING("while it waits"),
        COMPLETING("as it completes");

        final String words;

        Moment(String words) {
            this.words = words;
        }
    }

    /** Said of a call that has completed before it could be cancelled. */
    static final String RETURNS = "it returns";

    /** Makes what the call needs. */
    abstract void arrange(Moment moment) throws Exception;

    abstract Object call() throws Exception;

    /** Something happens that does not complete the call. */
    void whileItWaits() throws Exception {}

    /** Lets the call return. */
    abstract void complete() throws Exception;

    /** Lets a call go on that a cancellation does not end. */
    void behindTheCancellation(Moment moment) throws Exception {}

    /** {@return what is left, in words} Fails if that is not as it should be. */
    abstract String remains(Task<?> task, Moment moment) throws Exception;

    abstract void close() throws Exception;

    /** {@return what a cancellation at a moment leaves, in words} Suspends. */
    final String observe(Moment moment) throws Exception {
        arrange(moment);
        try {
            Task<?> completer = null;
            Task<?> task = moment == Moment.BEFORE ? cancelledBefore() : begun();
            if (moment == Moment.COMPLETING) {
                completer = createTask("completer", () -> complete());
                awaitReady(task);
            }
            task.cancel("test");
            behindTheCancellation(moment);
            Combinators.awaitTasks(List.of(task), When.ALL_COMPLETED);
            if (completer != null) {
                completer.await();
            }
            return remains(task, moment);
        } finally {
            close();
        }
    }

    private Task<?> cancelledBefore() {
        return createTask("the call", () -> {
            currentTask().cancel("test");
            return call();
        });
    }

    private Task<?> begun() throws Exception {
        Task<?> task = createTask("the call", () -> call());
        awaitAllTasksParked();
        whileItWaits();
        awaitAllTasksParked();
        assertThat(task.isDone()).as("%s has not waited", this).isFalse();
        return task;
    }

    /** Up to the moment in which nothing holds the call back, and it has not gone on. */
    private void awaitReady(Task<?> task) {
        while (task.waitsFor() != null) {
            yieldNow();
        }
        assertThat(task.isDone()).as("%s has gone on too soon", this).isFalse();
    }

    /** Requires that the call was cancelled, and not refused or broken. */
    static void requireCancelled(Task<?> task) {
        assertThat(task.isCancelled()).as("%s is cancelled", task).isTrue();
    }

    /** {@return whether the call has returned; else it was cancelled} */
    static boolean hasReturned(Task<?> task) {
        if (task.state() == State.FAILED) {
            throw new AssertionError("neither returned nor cancelled", task.exceptionNow());
        }
        return !task.isCancelled();
    }
}
