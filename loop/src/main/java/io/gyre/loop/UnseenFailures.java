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

/** The failures of tasks that nobody has looked at yet, each of which is reported when nobody will any more. */
final class UnseenFailures {
    /*
     * Design.
     *
     * Whoever creates two tasks, awaits the first and then the second does nothing wrong, and the second may fail before
     * anybody awaits it. So a failure is not reported when it happens but when nobody is left who would look at it
     * (decisions/0011):
     *
     *     the task that has created it has ended       Offspring
     *     nobody has the task any more                 a reference queue, looked at by the watchdog
     *     ten seconds of real time have passed         the watchdog
     *     the loop ends                                EventLoop.close()
     *
     * A failure that was looked at is dropped when one of these comes. All state belongs to the loop but for what the
     * watchdog reads, to know whether to ask for a look.
     */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LoopCore loop;
    private final ReferenceQueue<Task<?>> forgotten = new ReferenceQueue<>();
    private final Set<Unseen> unseen = new LinkedHashSet<>();
    private volatile boolean isAny;
    private volatile long oldestSince;

    /** A failure, and the task as long as anybody else has it. */
    final class Unseen extends WeakReference<Task<?>> {
        private final Failed failed;
        private final Failure failure;
        private final long since = System.nanoTime();

        private Unseen(Task<?> task, Failed failed, Failure failure) {
            super(task, forgotten);
            this.failed = failed;
            this.failure = failure;
        }

        /** {@return whether it was looked at or reported} */
        boolean isSettled() {
            return failed.seen;
        }

        /** Reports it, unless it was looked at. In a task, a callback or, when the loop ends, its driver. */
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
     * @param siblings the tasks of its creator; null if it was created by no task
     */
    void add(VirtualThreadTask<?> task, Failed failed, @Nullable Offspring siblings) {
        var failure = new Failure(
                task + " failed and nobody was waiting for it. Await it, or give it a whenDone callback.",
                task.name(),
                task.createdAt(),
                failed.exception);
        if (!loop.inLoop() || (siblings != null && siblings.isCreatorGone())) {
            failed.look();
            loop.report(failure); // one that has outlived the loop, or whatever has created it
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

    /** Reports what is left: the loop ends. */
    void reportAll() {
        List.copyOf(unseen).forEach(Unseen::report);
    }

    // ---- the watchdog's thread

    /** Asks the loop to report those that nobody has any more, or that have waited for long. */
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
