package io.gyre.loop.testing;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text dump of tasks: what each waits for, where it was created, where it is. Loop thread. */
final class TaskDump {
    private TaskDump() {}

    /** {@return all tasks with their stacks, and the clock} */
    static String of(EventLoop loop) {
        var text = new StringBuilder();
        for (Task<?> task : loop.tasks()) {
            text.append('\n').append(line(task));
            for (StackTraceElement frame : task.stackTrace()) {
                text.append("\n        at ").append(frame);
            }
        }
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

    /** {@return tasks without their stacks} */
    static String lines(List<Task<?>> tasks) {
        var text = new StringBuilder();
        tasks.forEach(task -> text.append('\n').append(line(task)));
        return text.toString();
    }

    private static String line(Task<?> task) {
        String waitsFor = task.waitsFor();
        return "    " + task + createdAt(task.createdAt())
                + (waitsFor == null ? " is ready" : " waits for " + waitsFor);
    }

    private static String createdAt(@Nullable String place) {
        return place == null ? "" : " (created at " + place + ")";
    }
}
