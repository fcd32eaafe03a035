package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A loop and its tasks at one moment: what each waits for, and who waits for whom.
 *
 * {@snippet :
 * LoopDump dump = loop.dump();             // in any thread, even if the loop is blocked
 * System.out.println(dump);
 * dump.cycles().forEach(System.err::println);
 * }
 *
 * <p><b>Confinement:</b> immutable. {@code EventLoop.dump} says what is exact.
 *
 * <p><b>Source:</b> asyncio's {@code pstree} of Python 3.14, Kotlin's {@code DebugProbes}. Differs: it says why each task
 * waits, across locks, channels, timers and threads.
 *
 * @param loop the name of the loop
 * @param isConsistent whether no step of the loop began or ended while this was taken
 * @param timeNanos when it was taken, in nanoseconds of the loop's clock
 * @param ticks the number of ticks that the loop has run
 * @param ready steps of tasks and callbacks in the ready queue
 * @param timers pending timers
 * @param channels registered channels
 * @param running what the loop runs at the moment; null if it waits, or nobody drives it
 * @param tasks the tasks that are not done, in order of creation
 */
public record LoopDump(
        String loop,
        boolean isConsistent,
        long timeNanos,
        long ticks,
        int ready,
        int timers,
        int channels,
        @Nullable RunningStep running,
        List<DumpedTask> tasks) {
    /** Copies the list, and makes the text fit for logs. */
    public LoopDump {
        loop = Describe.line(loop);
        tasks = List.copyOf(tasks);
    }

    /**
     * {@return a task}
     *
     * @param id its id
     */
    public Optional<DumpedTask> task(long id) {
        return tasks.stream().filter(each -> each.task().id() == id).findFirst();
    }

    /** {@return who waits for whom, in the order of the waiting tasks} A task may wait for tasks of other loops. */
    public List<WaitEdge> edges() {
        return new WaitGraph(tasks.stream()).edges();
    }

    /**
     * {@return the tasks that wait for each other in a circle} Only tasks that cannot go on unless one of the circle does:
     * one that waits for the first of several events is in a circle if all of the events are. So no cycle is reported for
     * what merely looks stuck, if the dump {@linkplain #isConsistent() is consistent}.
     */
    public List<WaitCycle> cycles() {
        return cycles(List.of(this));
    }

    /**
     * {@return the tasks of several loops that wait for each other in a circle}
     *
     * @param loops dumps of the loops
     */
    public static List<WaitCycle> cycles(Collection<LoopDump> loops) {
        return new WaitGraph(loops.stream().flatMap(each -> each.tasks.stream())).cycles();
    }

    /** {@return this as a JSON object} In ASCII; times are in nanoseconds; nothing is cut that this has. */
    public String toJson() {
        return JsonDump.of(this);
    }

    /** {@return a tree for people: tasks under the task that opened their group, equal ones folded into one line} */
    @Override
    public String toString() {
        return new TextTree(this).text();
    }
}
