package io.gyre.loop;

import io.gyre.loop.dump.DumpedTask;
import io.gyre.loop.dump.DumpedTask.State;
import io.gyre.loop.dump.LoopDump;
import io.gyre.loop.dump.RunningStep;
import io.gyre.loop.dump.TaskRef;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.internal.entry.StepStamp;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.WaitReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One look at a loop and its tasks, in any thread. */
final class LoopInspection {
    /*
     * Design.
     *
     * Nothing is prepared for this: no park writes anything for it. It reads what the loop keeps for itself, while the loop
     * goes on, and turns the objects for which tasks wait into words and data. In the loop's own thread that is exact.
     *
     * In another thread the fields are plain, and the reader asks nobody. What it sees:
     *
     *   - StepStamp publishes each beginning and each end of a step. The inspection reads it first, so it sees everything
     *     that the loop did before the step that runs now. If the loop sleeps, or one step blocks it, nothing else
     *     changes, and the inspection sees all but what the present step itself is changing.
     *   - The stamp is read again at the end: the dump says whether steps have passed meanwhile. Then each task is as it
     *     was at some moment between the two, and not all of them at the same.
     *   - References are written whole, so it sees objects, old or new, and never half of a reference. An object that it
     *     sees too early has zeros and nulls in it: whatever is thrown because of that costs the one task its details
     *     (`waitOf`). Every walk along links is bounded, and ends.
     *   - It takes no lock of the library, for there are none, and calls nothing that waits for the loop.
     *
     * Who is in a group, the members know: the group watches each by an Observer. So the sets of the groups, which
     * must not be iterated in another thread, are not.
     */
    private static final int MAX_FRAMES = 50;

    private final LoopCore loop;
    private final long now;
    private final StepStamp.@Nullable Reading<Step> running;
    private final Map<Object, List<TaskRef>> members = new HashMap<>();

    /** What the loop's pool is busy with; null before the first call that has not begun. */
    private @Nullable List<String> busy;

    private LoopInspection(LoopCore loop) {
        this.loop = loop;
        this.running = loop.tick.stamp.read();
        this.now = loop.time();
    }

    static LoopDump dump(LoopCore loop) {
        long before = loop.tick.stamp.number();
        var inspection = new LoopInspection(loop);
        List<DumpedTask> tasks = inspection.describe(loop.inLoop() ? loop.tasks.snapshot() : loop.tasks.look());
        RunningStep step = inspection.runningStep();
        Tick tick = loop.tick;
        return new LoopDump(
                loop.name(),
                tick.stamp.number() == before,
                inspection.now,
                tick.ticks(),
                tick.ready.size(),
                tick.timers.size(),
                tick.poller.registrations(),
                step,
                tasks);
    }

    // ---- tasks

    private List<DumpedTask> describe(Collection<VirtualThreadTask<?>> tasks) {
        for (VirtualThreadTask<?> task : tasks) {
            for (Object holder : task.holders()) {
                members.computeIfAbsent(holder, _ -> new ArrayList<>()).add(refTo(task));
            }
        }
        var described = new ArrayList<DumpedTask>(tasks.size());
        for (VirtualThreadTask<?> task : tasks) {
            if (!task.isDone()) {
                described.add(describe(task));
            }
        }
        return described;
    }

    private DumpedTask describe(VirtualThreadTask<?> task) {
        State state = stateOf(task);
        CancelScope scope = task.scope();
        return new DumpedTask(
                refTo(task),
                state,
                task.isSystem(),
                Duration.ofNanos(loop.ages.ageNanos(task.id(), now)),
                task.createdAt(),
                groupOf(task),
                scope == null ? null : scope.outerTask(),
                scope == null ? List.of() : scope.dump(now),
                scope == null ? null : scope.effectiveReason(),
                state == State.WAITING ? waitOf(task) : null);
    }

    static TaskRef refTo(Task<?> task) {
        return new TaskRef(task.id(), task.name(), task.loop().name());
    }

    private State stateOf(VirtualThreadTask<?> task) {
        if (task.isParked()) {
            return State.WAITING;
        }
        if (task.thread() == Thread.currentThread() || (running != null && running.step() == task)) {
            return State.RUNNING;
        }
        if (task.isQueued()) {
            return State.READY;
        }
        return switch (task.thread().getState()) {
            case WAITING, TIMED_WAITING, BLOCKED -> State.WAITING;
            case NEW, RUNNABLE, TERMINATED -> State.READY;
        };
    }

    private static @Nullable String groupOf(VirtualThreadTask<?> task) {
        for (Object holder : task.holders()) {
            if (holder instanceof TaskGroup<?> group) {
                return group.title();
            }
            if (holder instanceof TaskSet<?>) {
                return "a task set";
            }
        }
        return null;
    }

    // ---- waits

    private Wait waitOf(VirtualThreadTask<?> task) {
        Object reason = task.waitReason();
        try {
            return reason == null ? ForeignPark.describe(task.thread()) : explain(reason);
        } catch (RuntimeException | StackOverflowError changedMeanwhile) {
            return new Wait.OnOther(reason == null ? "a blocking call" : Describe.object(reason));
        }
    }

    private Wait explain(Object reason) {
        return switch (reason) {
            case Sleep sleep -> new Wait.OnTimer(Describe.object(sleep), Duration.ofNanos(sleep.deadlineNanos() - now));
            case ReadinessWait wait -> wait.explain();
            case Offload<?> call -> call.explain(this::busy);
            case TaskGroup<?> group -> new Wait.OnTasks("the tasks of " + group.title(), membersOf(group), false);
            case TaskSet<?> set -> new Wait.OnTasks("the tasks of a task set", membersOf(set), false);
            case TaskSet<?>.NextWait next ->
                new Wait.OnTasks("the next task of a task set", membersOf(next.set()), true);
            case Completions some -> new Wait.OnTasks(Describe.object(some), membersOf(some), true);
            case VirtualThreadTask<?> task -> new Wait.OnTasks(wordsOf(task), List.of(refTo(task)), false);
            case LoopFuture<?> future -> new Wait.OnFuture(Describe.object(future), refOrNull(future.completer()));
            case TaskFuture<?> future -> new Wait.OnFuture(Describe.object(future), refTo(future.task()));
            case WaitReason explained -> explained.explain(Describe.object(explained));
            default -> new Wait.OnOther(Describe.object(reason));
        };
    }

    private List<TaskRef> membersOf(Object holder) {
        return members.getOrDefault(holder, List.of());
    }

    private String wordsOf(VirtualThreadTask<?> task) {
        return task.loop == loop ? task.toString() : task + " of " + task.loop;
    }

    private static @Nullable TaskRef refOrNull(@Nullable Task<?> task) {
        return task == null ? null : refTo(task);
    }

    /** {@return with what the loop's pool is busy; empty if it has a thread free} Asked once, because it takes stacks. */
    private List<String> busy() {
        List<String> known = busy;
        if (known == null) {
            OffloadPool pool = loop.offloadPool();
            known = pool == null ? List.of() : pool.describeAllIfBusy();
            busy = known;
        }
        return known;
    }

    // ---- the running step

    private @Nullable RunningStep runningStep() {
        StepStamp.Reading<Step> present = running;
        if (present == null) {
            return null;
        }
        Step step = present.step();
        return new RunningStep(step.toString(), step.createdAt(), frames(step.stackTrace()));
    }

    /** {@return the innermost frames of a stack} */
    static List<String> frames(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .limit(MAX_FRAMES)
                .map(StackTraceElement::toString)
                .toList();
    }
}
