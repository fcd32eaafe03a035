package io.gyre.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of a loop that are not done, in order of creation, kept alive by this list. Linked through the tasks. */
final class TaskList {
    /** A tick hardly ever brings more threads back that are older than its tasks. */
    private static final int LATEST = 8;

    private static final int ATTEMPTS = 16;

    /** A bound, so that a walk ends whatever happens. */
    private static final int MORE_THAN_BEGIN_MEANWHILE = 100_000;

    private @Nullable VirtualThreadTask<?> first;
    private @Nullable VirtualThreadTask<?> last;
    private int size;
    private int systemTasks;

    /** How often a task was added. Wraps around. */
    private int added;

    /** How many user tasks there have been. Wraps around. */
    private int begunUserTasks;

    int size() {
        return size;
    }

    /** {@return the number of tasks, not counting system tasks} */
    int userTasks() {
        return size - systemTasks;
    }

    int added() {
        return added;
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
        added++;
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

    /**
     * {@return the greatest id of the tasks that were added last, a few of which may be older threads; 0 if there is none}
     */
    long newestId() {
        long newest = 0;
        VirtualThreadTask<?> task = last;
        for (int i = 0; task != null && i < LATEST; i++) {
            newest = Math.max(newest, task.id());
            task = task.previous;
        }
        return newest;
    }

    /**
     * {@return the tasks, as another thread sees them while tasks begin and end} Such tasks may be missing; the others are
     * there. Never waits.
     */
    Collection<VirtualThreadTask<?>> look() {
        /*
         * A task that ends loses its links, and cuts the walk that is just there. Then another walk comes from the other
         * end; only if that is cut, too, there is a next attempt.
         */
        var seen = new LinkedHashSet<VirtualThreadTask<?>>();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int limit = 2 * size + MORE_THAN_BEGIN_MEANWHILE;
            VirtualThreadTask<?> end = null;
            VirtualThreadTask<?> task = first;
            for (int i = 0; task != null && i < limit; i++) {
                seen.add(task);
                end = task;
                task = task.next;
            }
            if (end == last) {
                break;
            }
            task = last;
            for (int i = 0; task != null && i < limit; i++) {
                seen.add(task);
                end = task;
                task = task.previous;
            }
            if (end == first) {
                break;
            }
        }
        return seen.stream()
                .sorted(Comparator.comparingLong(VirtualThreadTask::id))
                .toList();
    }

    List<VirtualThreadTask<?>> snapshot() {
        var tasks = new ArrayList<VirtualThreadTask<?>>(size);
        for (VirtualThreadTask<?> task = first; task != null; task = task.next) {
            tasks.add(task);
        }
        return tasks;
    }
}
