package io.gyre.loop.dump;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who waits for whom. */
final class WaitGraph {
    /*
     * Design.
     *
     * A cycle of arrows alone says little: a task that waits for the first of two others goes on if one of them does. So
     * the tasks that cannot go on are found first, as what is left when all others have been taken away: at the
     * beginning every task that waits for tasks is in the set; whoever waits for something that may happen leaves it, and
     * then those are looked at again who wait for him. Among the rest each waits for another one of the rest, so from
     * each a walk leads to a cycle.
     *
     * Each task is looked at again once for all that have left meanwhile, so that a group with very many tasks costs
     * little.
     */
    private final Map<Long, DumpedTask> tasks = new LinkedHashMap<>();

    WaitGraph(Stream<DumpedTask> all) {
        all.forEach(task -> tasks.put(task.task().id(), task));
    }

    /** {@return the tasks that the end of a wait may depend on} */
    static List<TaskRef> targets(@Nullable Wait wait) {
        return switch (wait) {
            case Wait.OnLock lock -> oneOrNone(lock.owner());
            case Wait.OnFuture future -> oneOrNone(future.completer());
            case Wait.OnTasks others -> others.tasks();
            case Wait.OnPermits permits -> permits.holders();
            case Wait.OnFirst first ->
                first.alternatives().stream()
                        .flatMap(each -> targets(each).stream())
                        .toList();
            case null, default -> List.of();
        };
    }

    private static List<TaskRef> oneOrNone(@Nullable TaskRef task) {
        return task == null ? List.of() : List.of(task);
    }

    List<WaitEdge> edges() {
        var edges = new ArrayList<WaitEdge>();
        for (DumpedTask task : tasks.values()) {
            for (TaskRef target : targets(task.waitsFor())) {
                edges.add(new WaitEdge(
                        task.task(),
                        target,
                        Objects.requireNonNull(task.waitsFor()).words()));
            }
        }
        return edges;
    }

    List<WaitCycle> cycles() {
        Set<Long> stuck = stuck();
        var cycles = new ArrayList<WaitCycle>();
        var seen = new HashSet<Long>();
        for (Long start : stuck) {
            var path = new ArrayList<Long>();
            Long at = start;
            while (seen.add(at)) {
                path.add(at);
                at = next(at, stuck);
            }
            int begin = path.indexOf(at);
            if (begin >= 0) { // otherwise it leads to a cycle that is known
                cycles.add(new WaitCycle(path.subList(begin, path.size()).stream()
                        .map(this::task)
                        .toList()));
            }
        }
        return cycles;
    }

    private DumpedTask task(Long id) {
        return Objects.requireNonNull(tasks.get(id));
    }

    private Long next(Long id, Set<Long> stuck) {
        return targets(task(id).waitsFor()).stream()
                .map(TaskRef::id)
                .filter(stuck::contains)
                .findFirst()
                .orElseThrow();
    }

    private Set<Long> stuck() {
        var stuck = new LinkedHashSet<Long>();
        var waiters = new HashMap<Long, List<Long>>();
        for (DumpedTask task : tasks.values()) {
            for (TaskRef target : targets(task.waitsFor())) {
                stuck.add(task.task().id());
                waiters.computeIfAbsent(target.id(), _ -> new ArrayList<>())
                        .add(task.task().id());
            }
        }
        SequencedSet<Long> doubtful = new LinkedHashSet<>(stuck);
        while (!doubtful.isEmpty()) {
            Long id = doubtful.removeFirst();
            if (stuck.contains(id) && !isStuck(task(id).waitsFor(), stuck)) {
                stuck.remove(id);
                doubtful.addAll(waiters.getOrDefault(id, List.of()));
            }
        }
        return stuck;
    }

    /** {@return whether a wait cannot end as long as the given tasks do not go on} */
    private static boolean isStuck(@Nullable Wait wait, Set<Long> stuck) {
        return switch (wait) {
            case Wait.OnLock lock ->
                lock.owner() != null && stuck.contains(lock.owner().id());
            case Wait.OnFuture future ->
                future.completer() != null && stuck.contains(future.completer().id());
            case Wait.OnTasks others ->
                others.anyIsEnough() ? areAllStuck(others.tasks(), stuck) : isOneStuck(others.tasks(), stuck);
            case Wait.OnPermits permits -> areAllStuck(permits.holders(), stuck);
            case Wait.OnFirst first -> first.alternatives().stream().allMatch(each -> isStuck(each, stuck));
            case null, default -> false;
        };
    }

    private static boolean areAllStuck(List<TaskRef> tasks, Set<Long> stuck) {
        return !tasks.isEmpty() && tasks.stream().allMatch(each -> stuck.contains(each.id()));
    }

    private static boolean isOneStuck(List<TaskRef> tasks, Set<Long> stuck) {
        return tasks.stream().anyMatch(each -> stuck.contains(each.id()));
    }
}
