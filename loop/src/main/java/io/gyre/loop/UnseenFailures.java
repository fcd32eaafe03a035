package io.gyre.loop;

import io.gyre.loop.Completion.Failed;
import io.gyre.loop.spi.Failure;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The unobserved failures of tasks; each is reported when it can no longer be expected to be observed. */
final class UnseenFailures {
    /*
     * Design.
     *
     * Code that creates two tasks, awaits the first and then the second, is correct, and the second may fail before it
     * is awaited. So a failure is not reported when it happens but when nobody is left to observe it (decisions/0011):
     *
     *     the task that created it has ended            Offspring
     *     the task object is unreachable               a reference queue, polled by the watchdog
     *     the task was detached                        Task.detach
     *     ten seconds of real time have passed         the watchdog
     *     the loop ends                                EventLoop.close()
     *
     * An observed failure is dropped when one of these events occurs. All state belongs to the loop, except for what
     * the watchdog reads to decide whether to request a check.
     */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LoopCore loop;
    private final ReferenceQueue<Task<?>> forgotten = new ReferenceQueue<>();
    private final Set<Unseen> unseen = new LinkedHashSet<>();
    private volatile boolean isAny;
    private volatile long oldestSince;

    /** A failure, and its task while the task is reachable otherwise. */
    final class Unseen extends WeakReference<Task<?>> {
        private final Failed failed;
        private final Failure failure;
        private final long since = System.nanoTime();

        private Unseen(Task<?> task, Failed failed, Failure failure) {
            super(task, forgotten);
            this.failed = failed;
            this.failure = failure;
        }

        /** {@return whether it was observed or reported} */
        boolean isSettled() {
            return failed.seen;
        }

        /** Reports it, unless it was observed. In a task, a callback or, when the loop ends, its driver. */
        void report() {
            boolean first = unseen.remove(this);
            noteOldest();
            if (first && !failed.seen) {
                failed.look();
                loop.report(failure);
            }
        }
    }

    UnseenFailures(LoopCore loop) {
        this.loop = loop;
    }

    /**
     * Takes the failure of a task that has just ended.
     *
     * @param siblings the tasks of its creator; null if it was not created by a task
     */
    void add(VirtualThreadTask<?> task, Failed failed, @Nullable Offspring siblings) {
        var failure = new Failure(
                siblings == Offspring.OF_NOBODY
                        ? task + " failed, and is detached: nobody awaits it. Catch in its body what is to be expected."
                        : task + " failed and nobody was waiting for it. Await it, or give it a whenDone callback.",
                task.name(),
                task.createdAt(),
                failed.exception);
        if (!loop.inLoop() || (siblings != null && siblings.isCreatorGone())) {
            failed.look();
            loop.report(failure); // the task has outlived the loop or its creator
            return;
        }
        var kept = new Unseen(task, failed, failure);
        unseen.add(kept);
        noteOldest();
        if (siblings != null) {
            siblings.keep(kept);
        }
    }

    private void noteOldest() {
        if (unseen.isEmpty()) {
            isAny = false;
        } else {
            oldestSince = unseen.iterator().next().since;
            isAny = true;
        }
    }

    /** Reports one failure, if it is still kept: its task was detached. */
    void reportNow(Failed failed) {
        List.copyOf(unseen).stream().filter(each -> each.failed == failed).forEach(Unseen::report);
    }

    /** Reports the rest: the loop ends. */
    void reportAll() {
        List.copyOf(unseen).forEach(Unseen::report);
    }

    // ---- the watchdog's thread

    /** {@return whether there are failures to look at} */
    boolean isAny() {
        return isAny;
    }

    /** Asks the loop to report failures whose tasks are unreachable or that have waited for long. */
    void lookAt(long nowNanos) {
        if (isAny) {
            var gone = new HashSet<Reference<?>>();
            for (Reference<?> each = forgotten.poll(); each != null; each = forgotten.poll()) {
                gone.add(each);
            }
            if (!gone.isEmpty() || nowNanos - oldestSince >= PATIENCE_NANOS) {
                loop.enter(() -> loop.callInternally(() -> report(gone, nowNanos)));
            }
        }
    }

    private void report(Set<Reference<?>> gone, long nowNanos) {
        for (Unseen each : List.copyOf(unseen)) {
            if (gone.contains(each) || nowNanos - each.since >= PATIENCE_NANOS || each.isSettled()) {
                each.report();
            }
        }
    }
}
