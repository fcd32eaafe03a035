package io.gyre.loop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of a loop that are not done, in order of creation, kept alive by this list. Linked through the tasks. */
final class TaskList {
    private @Nullable VirtualThreadTask<?> first;
    private @Nullable VirtualThreadTask<?> last;
    private int size;
    private int systemTasks;

    /** How many user tasks there have been. Wraps around. */
    private int begunUserTasks;

    int size() {
        return size;
    }

    /** {@return the number of tasks, not counting system tasks} */
    int userTasks() {
        return size - systemTasks;
    }

    int begunUserTasks() {
        return begunUserTasks;
    }

    int systemTasks() {
        return systemTasks;
    }

    void add(VirtualThreadTask<?> task) {
        task.previous = last;
        if (last == null) {
            first = task;
        } else {
            last.next = task;
        }
        last = task;
        size++;
        if (task.system) {
            systemTasks++;
        } else {
            begunUserTasks++;
        }
    }

    void remove(VirtualThreadTask<?> task) {
        VirtualThreadTask<?> before = task.previous;
        VirtualThreadTask<?> after = task.next;
        if (before == null && first != task) {
            return; // not listed
        }
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        task.previous = null;
        task.next = null;
        size--;
        systemTasks -= task.system ? 1 : 0;
    }

    void removeNeverStarted() {
        for (VirtualThreadTask<?> task : snapshot()) {
            if (task.state == VirtualThreadTask.NEVER_STARTED) {
                remove(task);
            }
        }
    }

    List<VirtualThreadTask<?>> snapshot() {
        var tasks = new ArrayList<VirtualThreadTask<?>>(size);
        for (VirtualThreadTask<?> task = first; task != null; task = task.next) {
            tasks.add(task);
        }
        return tasks;
    }
}
