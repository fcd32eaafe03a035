package io.gyre.loop;

import io.gyre.loop.internal.entry.StepStamp.Reading;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the watchdog knows of the steps of one loop, and its reports on those that are slow. The watchdog's thread. */
final class StepWatch {
    /*
     * Design.
     *
     * Two things may keep a loop: one long step, and many short ones in one tick, behind which I/O and timers wait. Each
     * is a span, which begins at the look that first finds it and is reported when it has lasted for the limit, then
     * again at growing intervals; a span that was reported is reported once more when it has ended. A tick with a long
     * step is not reported besides the step.
     *
     * A loop that stands still in a step whose thread is parked is nudged. When there is no memory to unmount a task's
     * stack, the JDK parks the carrier under it, and nothing on the loop can end the park; a nudge makes the task park
     * once more, which works as soon as there is memory. Code that parks must expect spurious wake-ups.
     */
    private static final StackTraceElement[] NO_STACK = {};

    private final String loop;
    private final long limitNanos;
    private final ThreadLoad load;
    private @Nullable Span step;
    private @Nullable Span tick;

    /** A step, or a tick if there is no step, as seen from outside. */
    private final class Span {
        private final long number;
        private final @Nullable Step step;
        private final long since;
        private final long cpuSince;
        private final long collectionsSince;
        private final long lateSince;
        private long reportAfter = limitNanos;
        private boolean isReported;

        Span(long number, @Nullable Step step, Look look) {
            this.number = number;
            this.step = step;
            this.since = look.time;
            this.cpuSince = look.cpuNanos;
            this.collectionsSince = look.collectionNanos;
            this.lateSince = look.lateNanos;
        }

        long nanos(Look look) {
            return look.time - since;
        }

        boolean isDue(Look look) {
            return limitNanos < Long.MAX_VALUE && nanos(look) >= reportAfter;
        }

        /** {@return why it lasts; null if it is not slow by itself} */
        @Nullable
        Diagnosis diagnosis(Look look, StackTraceElement[] stack) {
            long cpu = look.cpuNanos < 0 || cpuSince < 0 ? -1 : look.cpuNanos - cpuSince;
            var evidence = new Diagnosis.Evidence(
                    nanos(look),
                    cpu,
                    look.collectionNanos - collectionsSince,
                    look.lateNanos - lateSince,
                    look.isParked(),
                    look.isForNobody(),
                    load.inSystem(look.core.driverInSystem()));
            return Diagnosis.of(evidence, stack, limitNanos, reportAfter);
        }

        /** Notes that it was reported: next after twice the time. */
        void reported(Look look) {
            isReported = true;
            reportAfter = 2 * Math.max(reportAfter, nanos(look));
        }

        void end(long time) {
            if (isReported) {
                String what = step == null
                        ? "the tick that kept " + loop + " ended after about "
                        : step + " on " + loop + " continued after about ";
                Warnings.log(what + millis(time - since) + " ms");
            }
        }
    }

    /** What there is to see now. */
    private final class Look {
        private final LoopCore core;
        private final long time;
        private final long lateNanos;
        private final @Nullable Thread driver;
        private final long cpuNanos;
        private final long collectionNanos;

        Look(LoopCore core, long time, long lateNanos) {
            boolean isAnyLimit = limitNanos < Long.MAX_VALUE;
            this.core = core;
            this.time = time;
            this.lateNanos = lateNanos;
            this.driver = core.driverThread();
            this.cpuNanos = driver == null || !isAnyLimit ? -1 : load.cpuNanos(driver);
            this.collectionNanos = isAnyLimit ? load.collectionNanos() : 0;
        }

        boolean isParked() {
            return driver != null && load.isWaiting(driver);
        }

        boolean isForNobody() {
            return driver != null && isParked() && load.isWaitingForNobody(driver);
        }
    }

    /**
     * Begins without any knowledge.
     *
     * @param loop the loop, in words
     * @param limitNanos how long a step may take; {@link Long#MAX_VALUE} for no reports
     * @param load tells what threads do
     */
    StepWatch(String loop, long limitNanos, ThreadLoad load) {
        this.loop = loop;
        this.limitNanos = limitNanos;
        this.load = load;
    }

    /**
     * Looks at what runs now.
     *
     * @param core the loop
     * @param now the running step, if there is one
     * @param time the current time, in nanoseconds
     * @param lateNanos how late the watchdog has been so far, in total
     */
    void look(LoopCore core, @Nullable Reading<Step> now, long time, long lateNanos) {
        endSpans(now, time);
        if (now == null) {
            return;
        }
        var look = new Look(core, time, lateNanos);
        if (tick == null) {
            tick = new Span(now.tick(), null, look);
        }
        if (step == null) {
            step = new Span(now.number(), now.step(), look);
            reportTickIfDue(tick, now, look);
        } else {
            reportStepIfDue(step, tick, now, look);
            core.nudgeIfParked();
        }
    }

    private void endSpans(@Nullable Reading<Step> now, long time) {
        if (step != null && (now == null || now.number() != step.number)) {
            step.end(time);
            step = null;
        }
        if (tick != null && (now == null || now.tick() != tick.number)) {
            tick.end(time);
            tick = null;
        }
    }

    private void reportStepIfDue(Span slow, Span itsTick, Reading<Step> now, Look look) {
        if (!slow.isDue(look)) {
            return;
        }
        StackTraceElement[] stack = now.step().stackTrace();
        Diagnosis diagnosis = slow.diagnosis(look, stack);
        if (diagnosis != null && isStillIn(look, now)) {
            slow.reported(look);
            itsTick.reportAfter = Math.max(itsTick.reportAfter, 2 * itsTick.nanos(look));
            Warnings.log(now.step() + " has kept " + loop + " for " + millis(slow.nanos(look))
                    + " ms without suspending; nothing else runs on the loop meanwhile. " + diagnosis.text()
                    + Stacks.text(now.step().createdAt(), stack));
        }
    }

    private void reportTickIfDue(Span slow, Reading<Step> now, Look look) {
        if (!slow.isDue(look)) {
            return;
        }
        StackTraceElement[] stack = now.step().stackTrace();
        Diagnosis diagnosis = slow.diagnosis(look, stack);
        if (diagnosis != null) {
            slow.reported(look);
            Warnings.log("a tick has kept " + loop + " for " + millis(slow.nanos(look)) + " ms: " + now.stepsOfTick()
                    + " steps have run in it so far, and I/O and timers wait until it ends. "
                    + remedy(diagnosis) + " The last step seen is " + now.step()
                    + Stacks.text(now.step().createdAt(), isStillIn(look, now) ? stack : NO_STACK));
        }
    }

    private static String remedy(Diagnosis diagnosis) {
        return switch (diagnosis.kind()) {
            case COLLECTION, STOPPED, NO_PROCESSOR -> diagnosis.text();
            case PINNED, LOOK_UP, FILE, NATIVE, LOADING_CLASSES, COMPUTING ->
                "None of the steps is slow by itself: let fewer tasks be ready at once, with a Semaphore or Combinators.mapAsync, or move what they compute to Async.offload.";
        };
    }

    /** {@return whether the step still runs} Otherwise what was seen of its thread may be of another step. */
    private static boolean isStillIn(Look look, Reading<Step> now) {
        return look.core.tick.stamp.number() == now.number();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
