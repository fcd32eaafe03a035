package io.gyre.loop.testing;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.dump.DumpedTask;
import io.gyre.loop.dump.LoopDump;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A text dump of tasks: what each waits for, where it was created, where it is. Loop thread. */
final class TaskDump {
    private TaskDump() {}

    /** {@return all tasks with their stacks, those that wait for each other, and the clock} */
    static String of(EventLoop loop) {
        LoopDump dump = loop.dump();
        Map<Long, Task<?>> tasks = loop.tasks().stream().collect(Collectors.toMap(Task::id, Function.identity()));
        var text = new StringBuilder();
        for (DumpedTask task : dump.tasks()) {
            text.append(line(task));
            for (StackTraceElement frame :
                    Objects.requireNonNull(tasks.get(task.task().id())).stackTrace()) {
                text.append("\n        at ").append(frame);
            }
        }
        dump.cycles()
                .forEach(cycle -> text.append("\nThese wait for each other: ").append(cycle));
        return text.append('\n').append(clock(loop)).toString();
    }

    private static String clock(EventLoop loop) {
        if (!(loop.ticker() instanceof VirtualClock clock)) {
            return "The clock is " + loop.ticker() + ".";
        }
        List<String> holders = clock.heldBy();
        return "The clock is at " + clock.elapsed()
                + (holders.isEmpty() ? ", held by nobody" : ", held by " + String.join("; by ", holders))
                + (loop.statistics().timers() == 0 ? ", and no timer is pending." : ".");
    }

    /** {@return tasks of the current loop without their stacks} */
    static String lines(List<Task<?>> tasks) {
        Set<Long> wanted = tasks.stream().map(Task::id).collect(Collectors.toSet());
        return EventLoop.current().dump().tasks().stream()
                .filter(task -> wanted.contains(task.task().id()))
                .map(TaskDump::line)
                .collect(Collectors.joining());
    }

    private static String line(DumpedTask task) {
        return "\n    " + task;
    }
}
